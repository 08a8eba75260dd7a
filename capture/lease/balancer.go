package lease

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/segmentio/kafka-go"
)

// keeper assigns the lease's one partition to the member that has it, so that a member
// that joins takes nothing from the one that works. Kafka-go's own balancers go by member
// ids, which are random.
type keeper struct {
	// held is the generation in which this member got the lease; 0 without it.
	held *atomic.Int32
}

// ProtocolName tells the members of one group that they balance alike.
func (keeper) ProtocolName() string { return "tidemark-lease" }

// UserData goes with each joining.
func (k keeper) UserData() ([]byte, error) {
	return binary.BigEndian.AppendUint32(nil, uint32(k.held.Load())), nil
}

// AssignGroups gives every partition to one member: to the one that got the lease last
// (one before it may not know yet that it lost it), else to the first by id.
func (keeper) AssignGroups(members []kafka.GroupMember, partitions []kafka.Partition) kafka.GroupMemberAssignments {
	all := kafka.GroupMemberAssignments{}
	var holder *kafka.GroupMember
	for i := range members {
		m := &members[i]
		all[m.ID] = map[string][]int{}
		if holder == nil || since(m) > since(holder) || since(m) == since(holder) && m.ID < holder.ID {
			holder = m
		}
	}
	for _, p := range partitions {
		if holder != nil {
			all[holder.ID][p.Topic] = append(all[holder.ID][p.Topic], p.ID)
		}
	}
	return all
}

func since(m *kafka.GroupMember) uint32 {
	if len(m.UserData) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32(m.UserData)
}

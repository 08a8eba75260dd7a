package deadletter

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Querier runs a query.
type Querier interface {
	Query(ctx context.Context, s clickhouse.Select) error
}

// Open says which letters of a partition a worker takes for unresolved.
type Open struct {
	Topic, Incarnation string
	Partition          int
	// Below is the offset at which the worker goes on; letters of other incarnations of the
	// topic are all below it.
	Below int64
	// Known is ledger.State's: what was closed at or beyond it counts as open.
	Known int64
}

// Keys gives the keys and versions of the letters that o counts as open. What a person
// has given up counts too: the key's chain stays broken there.
func Keys(ctx context.Context, q Querier, o Open, yield func(key []byte, version position.Position)) error {
	key, version := new(proto.ColStr), new(proto.ColUInt128)
	err := q.Query(ctx, clickhouse.Select{
		SQL: fmt.Sprintf(`SELECT key, version FROM ops.dead_letters FINAL WHERE topic = %s AND partition = %d AND (incarnation != %s OR offset < %d)
	AND (state NOT IN ('resolved', 'failed') OR closed_offset >= %d)`,
			clickhouse.Text(o.Topic), o.Partition, clickhouse.Text(o.Incarnation), o.Below, o.Known),
		Result: proto.Results{{Name: "key", Data: key}, {Name: "version", Data: version}},
		OnBlock: func(rows int) error {
			for i := range rows {
				v := version.Row(i)
				yield(key.RowBytes(i), position.FromUInt128(v.High, v.Low))
			}
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("keys of the dead letters of %s/%d: %w", o.Topic, o.Partition, err)
	}
	return nil
}

// Kept is a letter as the table holds it.
type Kept struct {
	Letter
	Time       time.Time
	Revision   uint32
	Resolved   bool
	Resolution string
	State      State
	// Origin is the offset at which the record failed first.
	Origin int64
	// Sent is the offset at which the record stands that was sent again, Closed that at
	// which the sink closed the letter; -1 for none.
	Sent, Closed int64
}

// State is what became of a letter.
type State string

// The states. Only Open and Retried are unresolved.
const (
	StateOpen     State = "open"
	StateRetried  State = "retried"
	StateResolved State = "resolved"
	StateFailed   State = "failed"
	StateGivenUp  State = "given-up"
)

// ID names a letter: topic/partition/offset.
func (l *Letter) ID() string {
	return fmt.Sprintf("%s/%d/%d", l.Topic, l.Partition, l.Offset)
}

// Filter limits a list. The zero value is every unresolved letter.
type Filter struct {
	Topic, Reason string
	// Table is the raw table's name, with or without its database.
	Table string
	// Resolved includes what was resolved.
	Resolved bool
	// Limit is the most to give; 0 is all.
	Limit int
	// ID is one letter.
	ID string
	// Partition is one partition's of Topic, where Placed is set.
	Partition int
	Placed    bool
}

func (f Filter) where() (string, error) {
	var cond []string
	if !f.Resolved && f.ID == "" {
		cond = append(cond, "resolved = 0")
	}
	if f.Topic != "" {
		cond = append(cond, "topic = "+clickhouse.Text(f.Topic))
	}
	if f.Reason != "" {
		cond = append(cond, "reason = "+clickhouse.Text(f.Reason))
	}
	if f.Table != "" {
		cond = append(cond, "table = "+clickhouse.Text("raw."+f.Table[strings.LastIndexByte(f.Table, '.')+1:]))
	}
	if f.Placed {
		cond = append(cond, fmt.Sprintf("partition = %d", f.Partition))
	}
	if f.ID != "" {
		topic, partition, offset, err := ParseID(f.ID)
		if err != nil {
			return "", err
		}
		cond = append(cond, fmt.Sprintf("topic = %s AND partition = %d AND offset = %d", clickhouse.Text(topic), partition, offset))
	}
	if len(cond) == 0 {
		return "1", nil
	}
	return strings.Join(cond, " AND "), nil
}

// ParseID reads what ID wrote.
func ParseID(id string) (topic string, partition, offset int64, err error) {
	parts := strings.Split(id, "/")
	if len(parts) == 3 && parts[0] != "" {
		if partition, err = strconv.ParseInt(parts[1], 10, 32); err == nil {
			if offset, err = strconv.ParseInt(parts[2], 10, 64); err == nil {
				return parts[0], partition, offset, nil
			}
		}
	}
	return "", 0, 0, fmt.Errorf("%q is no dead letter's id: want topic/partition/offset", id)
}

package deadletter

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Buried is a delete that left no row, because what it deletes is a dead letter.
type Buried struct {
	Key     []byte
	Version position.Position
	Offset  int64
}

// Bury writes such deletes of one topic-partition to ops.buried, which keeps each once.
func Bury(ctx context.Context, to Inserter, topic, incarnation string, partition int, all []Buried) error {
	if len(all) == 0 {
		return nil
	}
	name, inc := new(proto.ColStr).LowCardinality(), new(proto.ColStr).LowCardinality()
	var place proto.ColUInt16
	var offset proto.ColUInt64
	var key proto.ColStr
	var version proto.ColUInt128
	for i := range all {
		name.Append(topic)
		inc.Append(incarnation)
		place.Append(uint16(partition))
		offset.Append(uint64(all[i].Offset))
		key.AppendBytes(all[i].Key)
		hi, lo := all[i].Version.UInt128()
		version.Append(proto.UInt128{High: hi, Low: lo})
	}
	err := to.Insert(ctx, "ops", "buried", proto.Input{{Name: "topic", Data: name}, {Name: "incarnation", Data: inc}, {Name: "partition", Data: &place},
		{Name: "offset", Data: &offset}, {Name: "key", Data: &key}, {Name: "version", Data: &version}}, "")
	if err != nil {
		return fmt.Errorf("keep %d deletes without a row: %w", len(all), err)
	}
	return nil
}

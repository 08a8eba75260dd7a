package deadletter

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"
)

// Inserter sends one block.
type Inserter interface {
	Insert(ctx context.Context, database, table string, input proto.Input, token string) error
}

// Insert writes letters to ops.dead_letters. Doing it again writes the same rows, which
// the table keeps once.
func Insert(ctx context.Context, to Inserter, letters []Letter, token string) error {
	c := newColumns()
	for i := range letters {
		c.add(&letters[i])
	}
	if err := to.Insert(ctx, "ops", "dead_letters", c.input(), token); err != nil {
		return fmt.Errorf("keep %d dead letters: %w", len(letters), err)
	}
	return nil
}

type columns struct {
	source, topic, incarnation, op, table, reason *proto.ColLowCardinality[string]
	partition                                     proto.ColUInt16
	offset                                        proto.ColUInt64
	version                                       proto.ColUInt128
	schema, attempt                               proto.ColUInt32
	origin                                        proto.ColUInt64
	err, key, value, header                       proto.ColStr
}

func newColumns() *columns {
	low := func() *proto.ColLowCardinality[string] { return new(proto.ColStr).LowCardinality() }
	return &columns{source: low(), topic: low(), incarnation: low(), op: low(), table: low(), reason: low()}
}

func (c *columns) add(l *Letter) {
	c.source.Append(l.Source)
	c.topic.Append(l.Topic)
	c.incarnation.Append(l.Incarnation)
	c.partition.Append(uint16(l.Partition))
	c.offset.Append(uint64(l.Offset))
	hi, lo := l.Version.UInt128()
	c.version.Append(proto.UInt128{High: hi, Low: lo})
	c.op.Append(l.opText())
	c.table.Append(l.Table)
	c.reason.Append(l.Reason)
	c.err.Append(l.Err)
	c.schema.Append(l.Schema)
	c.attempt.Append(uint32(l.Again.Attempt))
	c.origin.Append(uint64(l.origin()))
	c.key.AppendBytes(l.Key)
	c.value.AppendBytes(l.Value)
	c.header.AppendBytes(l.Header)
}

func (l *Letter) opText() string {
	if l.Op == 0 {
		return ""
	}
	return l.Op.String()
}

func (c *columns) input() proto.Input {
	return proto.Input{
		{Name: "source", Data: c.source}, {Name: "topic", Data: c.topic}, {Name: "incarnation", Data: c.incarnation},
		{Name: "partition", Data: &c.partition}, {Name: "offset", Data: &c.offset}, {Name: "version", Data: &c.version},
		{Name: "op", Data: c.op}, {Name: "table", Data: c.table}, {Name: "reason", Data: c.reason}, {Name: "error", Data: &c.err},
		{Name: "key", Data: &c.key}, {Name: "value", Data: &c.value}, {Name: "header", Data: &c.header},
		{Name: "schema", Data: &c.schema}, {Name: "attempt", Data: &c.attempt}, {Name: "origin", Data: &c.origin},
	}
}

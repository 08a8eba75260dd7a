// Package applied writes ops.applied: which offsets of each topic-partition are in
// ClickHouse. The tidemark is computed from it.
package applied

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Entry says that a batch is in.
type Entry struct {
	Topic, Incarnation string
	// Table is database.table of the raw table.
	Table     string
	Partition int
	// First and Last are the batch's offsets, both included.
	First, Last int64
	// Rows is how many rows it has in raw.
	Rows int
	// Version is the partition's high-water version after it.
	Version position.Position
}

// columns are those of ops.applied that the sink gives; reused from insert to insert.
type columns struct {
	topic, incarnation, table *proto.ColLowCardinality[string]
	partition                 proto.ColUInt16
	first, last, next, rows   proto.ColUInt64
	version                   proto.ColUInt128
}

func newColumns() *columns {
	return &columns{topic: new(proto.ColStr).LowCardinality(), incarnation: new(proto.ColStr).LowCardinality(),
		table: new(proto.ColStr).LowCardinality()}
}

func (c *columns) add(e Entry) {
	c.topic.Append(e.Topic)
	c.incarnation.Append(e.Incarnation)
	c.table.Append(e.Table)
	c.partition.Append(uint16(e.Partition))
	c.first.Append(uint64(e.First))
	c.last.Append(uint64(e.Last))
	c.next.Append(uint64(e.Last + 1))
	c.rows.Append(uint64(e.Rows))
	hi, lo := e.Version.UInt128()
	c.version.Append(proto.UInt128{High: hi, Low: lo})
}

func (c *columns) input() proto.Input {
	return proto.Input{
		{Name: "topic", Data: c.topic}, {Name: "partition", Data: &c.partition}, {Name: "incarnation", Data: c.incarnation},
		{Name: "first_offset", Data: &c.first}, {Name: "last_offset", Data: &c.last}, {Name: "next_offset", Data: &c.next},
		{Name: "rows", Data: &c.rows}, {Name: "version", Data: &c.version}, {Name: "table", Data: c.table},
	}
}

func (c *columns) reset() {
	in := c.input()
	in.Reset()
}

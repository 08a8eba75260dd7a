// Package watermarks copies the topic tidemark.watermarks to ops.watermarks.
package watermarks

import (
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// columns are those of ops.watermarks that the sink gives; version and received_at are
// the table's own.
type columns struct {
	source               *proto.ColLowCardinality[string]
	epoch                proto.ColUInt16
	commit, ordinal      proto.ColUInt64
	commitTime           *proto.ColDateTime64
	complete             proto.ColBool
	topics, incarnations *proto.ColArr[string]
	next                 *proto.ColArr[[]uint64]
	fingerprint          proto.ColStr
	offset               proto.ColUInt64
}

func newColumns() *columns {
	return &columns{
		source:     new(proto.ColStr).LowCardinality(),
		commitTime: new(proto.ColDateTime64).WithPrecision(proto.PrecisionMicro).WithLocation(time.UTC),
		topics:     proto.NewArray[string](new(proto.ColStr)), incarnations: proto.NewArray[string](new(proto.ColStr)),
		next: proto.NewArray[[]uint64](proto.NewArray[uint64](new(proto.ColUInt64))),
	}
}

func (c *columns) add(w *watermark.Watermark, offset int64) {
	c.source.Append(w.Source)
	c.epoch.Append(w.Position.Epoch)
	c.commit.Append(w.Position.Commit)
	c.ordinal.Append(w.Position.Ordinal)
	c.commitTime.AppendRaw(proto.DateTime64(w.CommitTime))
	c.complete.Append(w.Complete)
	topics, incarnations := make([]string, len(w.Offsets)), make([]string, len(w.Offsets))
	next := make([][]uint64, len(w.Offsets))
	for i, o := range w.Offsets {
		topics[i], incarnations[i] = o.Topic, o.Incarnation
		for _, n := range o.Next {
			next[i] = append(next[i], uint64(max(n, 0)))
		}
	}
	c.topics.Append(topics)
	c.incarnations.Append(incarnations)
	c.next.Append(next)
	c.fingerprint.Append(w.Fingerprint)
	c.offset.Append(uint64(offset))
}

func (c *columns) input() proto.Input {
	return proto.Input{
		{Name: "source", Data: c.source}, {Name: "epoch", Data: &c.epoch}, {Name: "commit", Data: &c.commit},
		{Name: "ordinal", Data: &c.ordinal}, {Name: "commit_time", Data: c.commitTime}, {Name: "complete", Data: &c.complete},
		{Name: "topics", Data: c.topics}, {Name: "incarnations", Data: c.incarnations}, {Name: "next_offsets", Data: c.next},
		{Name: "fingerprint", Data: &c.fingerprint}, {Name: "_offset", Data: &c.offset},
	}
}

func (c *columns) rows() int { return c.offset.Rows() }

func (c *columns) reset() {
	in := c.input()
	in.Reset()
}

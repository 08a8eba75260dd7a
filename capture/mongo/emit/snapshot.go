package emit

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Boundary is a complete clusterTime at which rows and marks are published: after all events up to it, before all others.
type Boundary struct {
	At   clock.Time
	Wall int64 // microseconds since 1970
}

func (x *Emitter) atBoundary(t *Table, b Boundary, op event.Op) event.Header {
	return event.Header{
		Version: position.Position{Epoch: x.Epoch, Commit: uint64(b.At), Ordinal: position.MaxOrdinal},
		Op:      op, Schema: t.Contract.ID(), CommitTime: b.Wall,
	}
}

// Row emits a row of a snapshot. It is never chained: the row was read after the boundary and may show what comes later.
func (x *Emitter) Row(t *Table, b Boundary, doc bson.Raw) error {
	id, _, err := rawbson.Lookup(doc, "_id")
	if err != nil {
		return unreadable("snapshot row", err)
	}
	if err := x.writeKey(id); err != nil {
		return err
	}
	if err := x.writeImages(nil, doc); err != nil {
		return err
	}
	v := t.template.Append(x.value, b.Wall, true)
	x.value = wire.AppendClose(append(v, `,"ord":0`...), byte(event.Read), x.now)
	return x.put(t, x.atBoundary(t, b, event.Read))
}

// Mark emits a marker to every partition of the table's topic.
func (x *Emitter) Mark(t *Table, b Boundary, m event.Marker) error {
	return x.Records.Broadcast(t.Topic, nil, m.Encode(), x.atBoundary(t, b, event.Marking))
}

package emit

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Restate emits a document as it is, or that there is none (doc is nil), at a boundary. It was read after that and shows what
// was written by until; events up to there are not chained to it.
func (x *Emitter) Restate(t *Table, b Boundary, id, doc bson.Raw, until clock.Time) error {
	element, _, err := rawbson.Lookup(id, "_id")
	if err != nil {
		return unreadable("_id", err)
	}
	if err := x.writeKey(element); err != nil {
		return err
	}
	if err := x.writeImages(nil, doc); err != nil {
		return err
	}
	op := event.Read
	if doc == nil {
		op = event.Delete
	}
	v := t.template.Append(x.value, b.Wall, true)
	x.value = wire.AppendClose(append(v, `,"ord":0`...), byte(op), x.now)
	t.fuzzy(until)
	h := x.atBoundary(t, b, op)
	h.Flags = event.Repair | event.Restate
	return x.put(t, h)
}

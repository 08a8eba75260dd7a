package emit

import (
	"context"
	"errors"

	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/schemas/bsonpatch"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Event emits the records of a data event: insert, update, replace, delete. ctx bounds a look-up.
func (x *Emitter) Event(ctx context.Context, t *Table, e *stream.Event) error {
	r := record{ordinal: t.next(e.Time), op: event.Update, before: e.Before, after: e.Full}
	exact := e.Before != nil
	var err error
	switch e.Kind {
	case stream.Insert:
		r.op, r.before, exact = event.Create, nil, true
	case stream.Delete:
		r.op, r.after = event.Delete, nil
	case stream.Update:
		exact, err = x.updated(ctx, t, e, &r)
	}
	if err == nil {
		err = x.writeKey(e.ID)
	}
	if err == nil {
		err = x.writeValue(t, e, r)
	}
	if err != nil {
		return err
	}
	var flags event.Flags
	// While a snapshot is open the chain has gaps: rows that were not read yet are changed by events.
	if exact && t.State.Done && e.Time > t.State.Fuzzy {
		flags = event.Chained
	}
	if err := x.put(t, x.header(t, e, r.op, r.ordinal, flags)); err != nil || r.op != event.Delete {
		return err
	}
	return x.Records.Tombstone(t.Topic, x.key)
}

// updated finds the document as the update left it. With a pre-image that is exact. Without one it is what the document
// looks like now, or nothing when it has been deleted since: then only the key goes out, and the delete, which is still to
// come, settles it.
func (x *Emitter) updated(ctx context.Context, t *Table, e *stream.Event, r *record) (exact bool, err error) {
	if e.Before != nil && e.Description != nil {
		x.image, err = x.patch.Apply(x.image[:0], e.Before, e.Description)
		switch {
		case err == nil:
			x.Counts.Exact++
			r.after = x.image
			return true, nil
		case !errors.Is(err, bsonpatch.ErrAmbiguous) && !errors.Is(err, bsonpatch.ErrMismatch):
			return false, unreadable("updateDescription", err)
		}
		x.Counts.Unapplied++
	}
	until := x.served
	if !x.lookedUp {
		if r.after, until, err = x.Lookup(ctx, t.Namespace, e.Key); err != nil {
			return false, err
		}
	}
	t.fuzzy(until)
	x.Counts.LookedUp++
	if r.missed = r.after == nil; r.missed {
		x.Counts.Missed++
	}
	return false, nil
}

// Dropped emits that the collection was dropped, to every partition of its topic: at the source all of it is gone.
func (x *Emitter) Dropped(t *Table, e *stream.Event) error {
	r := record{op: event.Truncate, ordinal: t.next(e.Time)}
	if err := x.writeValue(t, e, r); err != nil {
		return err
	}
	x.Counts.Records++
	return x.Records.Broadcast(t.Topic, nil, x.value, x.header(t, e, event.Truncate, r.ordinal, 0))
}

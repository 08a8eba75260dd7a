package emit

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/schemas/bsonpatch"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Lookup finds the document with that documentKey as it is now; nil when there is none. until is a clusterTime by which
// what it shows was written.
type Lookup func(ctx context.Context, n stream.Namespace, key bson.Raw) (doc bson.Raw, until clock.Time, err error)

// Emitter is for one goroutine, the source's loop.
type Emitter struct {
	Records Records
	Epoch   uint16
	// Lookup is asked where the server was not: see Served.
	Lookup Lookup
	// Counts says what was emitted; the loop's meter reads it.
	Counts Counts

	served   clock.Time // by then the server's own look-ups of this batch were made
	lookedUp bool       // the stream has the server look up each update
	now      int64      // milliseconds since 1970

	patch             bsonpatch.Patcher
	key, value, image []byte
}

// Counts are totals since the start.
type Counts struct {
	Records, Bytes uint64
	// Exact updates were made from pre-image and description, LookedUp ones show what a look-up found, and Missed ones
	// found nothing.
	Exact, LookedUp, Missed uint64
	// Unapplied pre-images did not fit their description or left a path ambiguous.
	Unapplied uint64
}

// Batch begins a batch of events. served is its operationTime; lookedUp says that the server looked documents up.
func (x *Emitter) Batch(served clock.Time, lookedUp bool, now time.Time) {
	x.served, x.lookedUp, x.now = served, lookedUp, now.UnixMilli()
}

// header is that of a record with its own place in the order.
func (x *Emitter) header(t *Table, e *stream.Event, op event.Op, ordinal uint64, flags event.Flags) event.Header {
	return event.Header{
		Version:    position.Position{Epoch: x.Epoch, Commit: uint64(e.Time), Ordinal: ordinal},
		Op:         op,
		Flags:      flags,
		Schema:     t.Contract.ID(),
		CommitTime: Wall(e),
	}
}

// Wall is the event's commit time in microseconds since 1970. Servers before 6.0 send only the second.
func Wall(e *stream.Event) int64 {
	if e.Wall != 0 {
		return e.Wall
	}
	return e.Time.Micros()
}

// put appends the record that key and value hold.
func (x *Emitter) put(t *Table, h event.Header) error {
	x.Counts.Records++
	x.Counts.Bytes += uint64(len(x.key) + len(x.value))
	return x.Records.Append(t.Topic, x.key, x.value, h)
}

// Package batch cuts a partition's records into batches: it drops duplicates by
// position, follows the markers, and fills a block of rows.
package batch

import (
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// Batch is a range of offsets and what it became. Nothing in it depends on when it was
// cut: the same range over the same state below it gives the same rows.
type Batch struct {
	First, Last int64
	// Before is the state below First, After the state at Last+1.
	Before, After ledger.State
	// Rows is the block, nil until a record needs it.
	Rows *rows.Builder
	// Retract is set for a range of one record that takes back live rows; then Rows is
	// filled only once everything below is applied.
	Retract *Retract
	// Dead are the records that make no row, so far.
	Dead []deadletter.Letter
	Tally
	// Pending is what was sealed for this range before we took over; nil for a new range.
	Pending *ledger.Range
	// Began is when the first record arrived.
	Began time.Time
	// Oldest and Newest are the least and greatest commit time of its events, in
	// microseconds since 1970; 0 when it has none.
	Oldest, Newest int64

	reserved int64
}

// Retract is a truncate, or the end of a snapshot.
type Retract struct {
	Header event.Header
	// Older limits it to keys whose newest version is below; zero is all keys.
	Older position.Position
}

// Tally says where each offset of the range went.
type Tally struct {
	// Records is every record that arrived.
	Records int
	// Events went to the block, Duplicates were at or below the high-water version,
	// Unread became dead letters before they reached the block.
	Events, Duplicates, Tombstones, Markers, Unread int
	// Skipped are offsets without a record.
	Skipped int64
	// Bytes of the records' keys and values.
	Bytes int64
}

// Check is rows in = rows out for the part before the block: every offset of the range
// is in one kind.
func (b *Batch) Check() error {
	t := &b.Tally
	if want := b.Last - b.First + 1; int64(t.Records)+t.Skipped != want {
		return fmt.Errorf("offsets %d to %d are %d, but %d records arrived and %d were skipped", b.First, b.Last, want, t.Records, t.Skipped)
	}
	if kinds := t.Events + t.Duplicates + t.Tombstones + t.Markers + t.Unread; kinds != t.Records {
		return fmt.Errorf("%d records arrived, %d are explained: %+v", t.Records, kinds, *t)
	}
	if b.Rows == nil {
		return nil
	}
	c := b.Rows.Counts()
	if c.Records != t.Events && b.Retract == nil {
		return fmt.Errorf("%d events were given to the block, it counts %d", t.Events, c.Records)
	}
	return c.Check(b.Rows.Rows())
}

// RowCount is the number of rows to insert.
func (b *Batch) RowCount() int {
	if b.Rows == nil {
		return 0
	}
	return b.Rows.Rows()
}

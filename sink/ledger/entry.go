package ledger

import (
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Kind says what a commit claims.
type Kind byte

// The kinds of commits.
const (
	// Done: everything below the committed offset is in ClickHouse.
	Done Kind = 'd'
	// Sealed: as Done, and Range may be partly or wholly in ClickHouse as well.
	Sealed Kind = 's'
)

// State is what a partition's records below an offset left behind. A rebuild starts
// from it, so it must never be taken from anything that the batch itself changes.
type State struct {
	// HighWater is the greatest version below the offset; at or below it is a duplicate.
	// rule: high-water-in-seal. Taken from raw, the rebuilt batch would drop its own rows.
	HighWater position.Position
	// Incarnation of the topic, from its "topic" marker; empty before the marker.
	Incarnation string
	// Opened is the marker's offset: 0, unless the topic was recreated under a capture.
	Opened int64
	// Window is the snapshot that is open, if any. rule: window-in-seal.
	Window Window
	// Floor is the version of the newest truncate, or of the begin of the newest snapshot
	// whose end has swept: what is older and not in raw is gone for good, so a repair
	// below it is none.
	Floor position.Position
	// Gap is set where records were lost: what raw holds at or below it may not be what the
	// next record continues, until a snapshot that began beyond the gap has ended.
	Gap position.Position
	// Known is the offset at which the worker took over: a dead letter that was closed at
	// or beyond it still counts as open, because this worker has taken it for open.
	Known int64
}

// Window is an open snapshot: between its markers the chain of before images is broken.
type Window struct {
	// Snapshot is the snapshot's id; empty when no window is open.
	Snapshot string
	// Begin is the version of the begin marker: what is live and older at the end is gone.
	Begin position.Position
	// Initial is set when the partition held nothing before, so that nothing is swept.
	Initial bool
	// Chained is set when, besides, every row of the snapshot is at one position: then
	// nothing needs a look-up inside the window either.
	Chained bool
}

// Open reports whether a snapshot is open.
func (w Window) Open() bool { return w.Snapshot != "" }

// Range is a sealed batch: offsets First to Last, both included.
type Range struct {
	First, Last int64
	// Rows and Dead count the rows of the table and of the dead letters.
	Rows, Dead int
	// Checksum of the rows' content; a rebuild must reach the same.
	Checksum uint64
	// Schema is the contract's id with which the rows were built.
	Schema uint32
	// Slice of Slices, for a range of one record whose rows are too many for one block
	// (a truncate, a snapshot's end); 0 of 1 otherwise. Prior are the rows of the slices
	// before, which are in.
	Slice, Slices, Prior int
	// At is when the range was first sealed; millisecond precision.
	At time.Time
	// Acked: the range's insert was acknowledged and raw holds all of its rows, but what
	// raw's views feed is still to be checked, because ClickHouse was restarted since At.
	// Who reads it starts no range of the topic before that is done.
	Acked bool
}

// SameRows reports whether r was built into the same rows as o.
func (r Range) SameRows(o Range) bool {
	return r.First == o.First && r.Last == o.Last && r.Rows == o.Rows && r.Dead == o.Dead &&
		r.Checksum == o.Checksum && r.Schema == o.Schema && r.Slice == o.Slice && r.Slices == o.Slices
}

// Token names the range's one block for ClickHouse's deduplication: a topic-partition's
// range has one content for ever, whoever builds it.
func (r Range) Token(incarnation, topic string, partition int) string {
	t := fmt.Sprintf("%s/%s/%d/%d-%d", incarnation, topic, partition, r.First, r.Last)
	if r.Slices > 1 {
		t += fmt.Sprintf("/%dof%d", r.Slice, r.Slices)
	}
	return t
}

// Entry is the content of one commit.
type Entry struct {
	Kind Kind
	// Next is the committed offset: Range.First when sealed.
	Next  int64
	State State
	// Range is set when Kind is Sealed.
	Range Range
	// Paused names the replay for which the worker stands still: nothing of the partition is
	// on its way, and nothing will be until the commit says otherwise.
	Paused string
}

package batch

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

const yaml = `contract: 1
source: pg
table: public.t
target: shop.t
key: [id]
columns:
  - {name: id, type: bigint}
`

// feed is a partition that is written by hand.
type feed struct {
	t       *testing.T
	c       *Collector
	offset  int64
	batches []*Batch
}

func newFeed(t *testing.T, l Limits) *feed {
	all, err := contract.Load(fstest.MapFS{"t.yaml": {Data: []byte(yaml)}})
	require.NoError(t, err)
	pool, err := NewPool(all[0])
	require.NoError(t, err)
	f := &feed{t: t}
	f.c = &Collector{Contract: all[0], Limits: l, Pool: pool, Budget: NewBudget(1<<30, 1), Keys: new(Keys),
		Emit: func(_ context.Context, b *Batch) error {
			require.NoError(t, b.Check())
			f.batches = append(f.batches, b)
			return nil
		}}
	f.c.Start(ledger.Entry{})
	return f
}

var wide = Limits{Rows: 1 << 20, Bytes: 1 << 30, Age: time.Hour, Patience: time.Hour}

func (f *feed) take(key, value, header []byte) error {
	var b recordbatch.Builder
	b.Reset(nil, 1)
	name := event.HeaderKey
	if header == nil {
		name = ""
	}
	b.Append(1, key, value, name, header)
	parsed, _, err := recordbatch.Parse(b.Seal(recordbatch.NoProducer))
	require.NoError(f.t, err)
	it := parsed.Iter(parsed.Payload())
	require.True(f.t, it.Next())
	rec := consume.Record(it.Record)
	rec.Offset = f.offset
	f.offset++
	return f.c.Take(f.t.Context(), &rec)
}

func at(commit, ordinal uint64) position.Position {
	return position.Position{Commit: commit, Ordinal: ordinal}
}

func (f *feed) event(op event.Op, v position.Position) {
	h := event.Header{Version: v, Op: op, Flags: event.Chained, CommitTime: int64(v.Commit)}
	before := "null"
	if op == event.Update {
		before = `{"id":1}`
	}
	value := fmt.Sprintf(`{"before":%s,"after":{"id":1},"op":"%s"}`, before, op)
	require.NoError(f.t, f.take([]byte(`{"id":1}`), []byte(value), h.Append(nil)))
	if f.c.Open() != nil {
		require.Empty(f.t, f.c.Open().Dead)
	}
}

func (f *feed) marker(m event.Marker, v position.Position) error {
	return f.take(nil, m.Encode(), event.Header{Op: event.Marking, Version: v}.Append(nil))
}

func (f *feed) open() {
	require.NoError(f.t, f.marker(event.Marker{Kind: event.TopicOpened, Incarnation: "a"}, position.Position{}))
}

func (f *feed) flush() *Batch {
	require.NoError(f.t, f.c.Flush(f.t.Context()))
	return f.batches[len(f.batches)-1]
}

func TestDuplicatesAreDroppedByPosition(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	f.event(event.Create, at(5, 1))
	f.event(event.Update, at(5, 2))
	f.event(event.Create, at(5, 1)) // capture sends again
	f.event(event.Update, at(5, 2))
	f.event(event.Read, at(5, 1)) // below
	f.event(event.Read, at(5, 2)) // at: rows of one snapshot share a position
	f.event(event.Update, at(6, 1))
	b := f.flush()
	require.Equal(t, 4, b.Events)
	require.Equal(t, 3, b.Duplicates)
	require.Equal(t, at(6, 1), b.After.HighWater)
	require.EqualValues(t, 5, b.Oldest)
	require.EqualValues(t, 6, b.Newest)
}

func TestTombstonesAndMarkersAreConsumed(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	require.NoError(t, f.take([]byte("k"), nil, nil))
	b := f.flush()
	require.EqualValues(t, 0, b.First)
	require.EqualValues(t, 1, b.Last)
	require.Equal(t, Tally{Records: 2, Tombstones: 1, Markers: 1, Bytes: b.Bytes}, b.Tally)
	require.Zero(t, b.RowCount())
	require.Equal(t, "a", b.After.Incarnation)
}

func TestUnreadableRecordsBecomeDeadLetters(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	require.NoError(t, f.take([]byte("k"), []byte("v"), nil))
	require.NoError(t, f.take([]byte("k"), []byte("v"), []byte("short")))
	require.NoError(t, f.take([]byte("k"), []byte("{"), event.Header{Op: event.Create, Version: at(1, 1)}.Append(nil)))
	b := f.flush()
	require.Len(t, b.Dead, 3)
	require.Equal(t, 2, b.Unread)
	require.Equal(t, []byte("v"), b.Dead[0].Value)
	_, torn := f.c.Keys.Torn([]byte("k"), at(9, 9))
	require.True(t, torn)
	require.Equal(t, at(1, 1), b.After.HighWater, "a dead letter is seen, and its copy a duplicate")
}

func TestWhatCannotBeOrderedStops(t *testing.T) {
	f := newFeed(t, wide)
	h := event.Header{Op: event.Create, Version: at(1, 1)}
	require.ErrorIs(t, f.take([]byte("k"), []byte("{}"), h.Append(nil)), ErrNoIncarnation)
	f = newFeed(t, wide)
	f.open()
	require.ErrorIs(t, f.take([]byte("k"), []byte("{}"), event.Header{Op: event.Create}.Append(nil)), ErrVersion)
	f = newFeed(t, wide)
	f.open()
	f.open() // the same again: capture was not sure
	require.ErrorIs(t, f.marker(event.Marker{Kind: event.TopicOpened, Incarnation: "b"}, position.Position{}), ErrIncarnation)
	f = newFeed(t, wide)
	require.ErrorIs(t, f.take(nil, []byte(`{"marker":"new"}`), event.Header{Op: event.Marking}.Append(nil)), ErrMarker)
}

func TestBatchesCloseAtTheirLimits(t *testing.T) {
	l := wide
	l.Rows = 3
	f := newFeed(t, l)
	f.open()
	for i := range 5 {
		f.event(event.Create, at(uint64(i+1), 1))
	}
	require.Len(t, f.batches, 2)
	require.EqualValues(t, 3, f.batches[1].First)
	require.EqualValues(t, 5, f.batches[1].Last)
	require.Equal(t, f.batches[0].After, f.batches[1].Before)
	require.Nil(t, f.c.Open())

	now := time.Now()
	b := &Batch{Began: now.Add(-time.Second)}
	l = Limits{Age: time.Second / 2, Patience: time.Minute}
	require.True(t, l.Due(b, false, now))
	require.False(t, l.Due(b, true, now), "behind, a batch is filled")
	require.True(t, l.Due(b, true, now.Add(time.Minute)))
	require.False(t, l.Due(b, false, now.Add(-900*time.Millisecond)))
}

func TestBudgetClosesABatchThatCannotGrow(t *testing.T) {
	f := newFeed(t, wide)
	f.c.Budget = NewBudget(1, 1) // twice the least step
	f.c.Emit = func(_ context.Context, b *Batch) error {
		require.NoError(t, b.Check())
		require.Less(t, b.Rows.Bytes(), 256<<10)
		f.batches = append(f.batches, b)
		f.c.Release(b) // else the next one would wait for ever
		return nil
	}
	f.open()
	for i := range 20_000 {
		f.event(event.Create, at(uint64(i+1), 1))
	}
	require.NotEmpty(t, f.batches)
}

// A range that was sealed is cut as it was, whatever the limits say now.
func TestSealedRangeIsCutAsItWas(t *testing.T) {
	l := wide
	l.Rows = 2
	f := newFeed(t, l)
	f.offset = 40
	state := ledger.State{Incarnation: "a", HighWater: at(9, 9)}
	f.c.Start(ledger.Entry{Kind: ledger.Sealed, Next: 40, State: state, Range: ledger.Range{First: 40, Last: 44}})
	f.event(event.Create, at(3, 1)) // below the high-water version in the seal
	for i := range 6 {
		f.event(event.Create, at(uint64(i+10), 1))
	}
	require.EqualValues(t, 40, f.batches[0].First)
	require.EqualValues(t, 44, f.batches[0].Last)
	require.Equal(t, 1, f.batches[0].Duplicates)
	require.NotNil(t, f.batches[0].Pending)
	require.Nil(t, f.batches[1].Pending)
	require.EqualValues(t, 45, f.batches[1].First)
	require.Equal(t, state, f.batches[0].Before)
}

func TestSnapshotWindows(t *testing.T) {
	begin := func(id string, initial bool) event.Marker {
		return event.Marker{Kind: event.SnapshotBegin, Snapshot: id, Initial: initial, Exact: true}
	}
	end := func(id string) event.Marker { return event.Marker{Kind: event.SnapshotEnd, Snapshot: id} }

	t.Run("the first one needs no look-ups and no sweep", func(t *testing.T) {
		f := newFeed(t, wide)
		f.open()
		require.NoError(t, f.marker(begin("s1", true), at(5, 0)))
		f.event(event.Read, at(5, 0))
		f.event(event.Update, at(6, 1))
		require.Zero(t, f.c.Open().Rows.Open())
		require.NoError(t, f.marker(end("s1"), at(7, 0)))
		b := f.flush()
		require.Nil(t, b.Retract)
		require.False(t, b.After.Window.Open())
	})
	t.Run("one that is begun again is resolved", func(t *testing.T) {
		f := newFeed(t, wide)
		f.open()
		require.NoError(t, f.marker(begin("s1", true), at(5, 0)))
		f.event(event.Read, at(5, 0))
		require.NoError(t, f.marker(begin("s1", true), at(5, 0)))
		f.event(event.Read, at(5, 0)) // the same key a second time
		require.Equal(t, 1, f.c.Open().Rows.Open())
	})
	t.Run("a later one is resolved and swept", func(t *testing.T) {
		f := newFeed(t, wide)
		f.open()
		f.event(event.Create, at(4, 1))
		require.NoError(t, f.marker(begin("s2", false), at(5, 0)))
		f.event(event.Read, at(5, 0))
		f.event(event.Update, at(6, 1))
		require.Equal(t, 2, f.c.Open().Rows.Open())
		b := f.flush()
		require.Equal(t, ledger.Window{Snapshot: "s2", Begin: at(5, 0)}, b.After.Window)
		f.event(event.Update, at(7, 1))
		require.NoError(t, f.marker(end("s2"), at(3, 0)))
		require.Len(t, f.batches, 3, "what it takes back must be applied: the open batch is closed before")
		swept := f.batches[2]
		require.EqualValues(t, swept.First, swept.Last)
		require.Equal(t, at(5, 0), swept.Retract.Older)
		require.Equal(t, at(5, 0), swept.Retract.Header.Version, "not below what it takes back")
		require.False(t, swept.After.Window.Open())
		f.event(event.Update, at(8, 1))
		require.Zero(t, f.c.Open().Rows.Open(), "the chain holds again")
	})
	t.Run("an end without its begin means nothing", func(t *testing.T) {
		f := newFeed(t, wide)
		f.open()
		require.NoError(t, f.marker(end("s3"), at(3, 0)))
		require.Nil(t, f.flush().Retract)
	})
}

func TestTruncateIsARangeOfItsOwn(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	f.event(event.Create, at(4, 1))
	truncate := event.Header{Op: event.Truncate, Version: at(5, 1)}.Append(nil)
	require.NoError(t, f.take(nil, []byte(`{"op":"t"}`), truncate))
	require.Len(t, f.batches, 2)
	require.NotNil(t, f.batches[1].Retract)
	require.True(t, f.batches[1].Retract.Older.IsZero())
	require.Equal(t, at(5, 1), f.batches[1].After.HighWater)
	require.NoError(t, f.take(nil, []byte(`{"op":"t"}`), truncate)) // sent again
	require.Nil(t, f.flush().Retract)
}

func TestRecordsOfABrokenKeyAreResolved(t *testing.T) {
	f := newFeed(t, wide)
	f.c.Keys.Add([]byte(`{"id":1}`), position.Position{Epoch: 1})
	f.open()
	f.event(event.Update, at(4, 1))
	require.Equal(t, 1, f.c.Open().Rows.Open())
}

func TestUnexplainedRecordsAreFound(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	f.event(event.Create, at(4, 1))
	b := f.flush()
	b.Duplicates++
	require.Error(t, b.Check())
	b.Duplicates--
	require.NoError(t, b.Check())
	b.Last++
	require.Error(t, b.Check())
	b.Last--
	b.Events, b.Markers = 2, 0
	require.Error(t, b.Check())
}

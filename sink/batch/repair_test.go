package batch

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// again sends a change with the Repair flag.
func (f *feed) again(op event.Op, id int, v position.Position) {
	h := event.Header{Version: v, Op: op, Flags: event.Chained | event.Repair, CommitTime: 1}
	value := fmt.Sprintf(`{"before":null,"after":{"id":%d},"op":"%s"}`, id, op)
	require.NoError(f.t, f.take(fmt.Appendf(nil, `{"id":%d}`, id), []byte(value), h.Append(nil)))
}

func TestRepairIsNotDroppedForItsPosition(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	f.event(event.Create, at(9, 1))
	f.again(event.Create, 2, at(5, 1))
	f.again(event.Create, 2, at(5, 1)) // twice is for the look-up to find out
	f.event(event.Update, at(9, 1))    // a duplicate still is one
	f.event(event.Update, at(10, 1))
	b := f.flush()
	require.Equal(t, 4, b.Events)
	require.Equal(t, 1, b.Duplicates)
	require.Equal(t, 2, b.Rows.Open(), "a repair always asks raw, whatever its own image says")
	require.EqualValues(t, 9, b.Oldest, "its time says nothing of how far behind the partition is")
}

func TestRepairDoesNotRaiseTheHighWater(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	f.event(event.Create, at(5, 1))
	f.again(event.Create, 2, at(20, 1)) // re-emitted by a reconciliation ahead of the stream
	require.Equal(t, at(5, 1), f.flush().After.HighWater)
	f.event(event.Update, at(6, 1))
	require.Zero(t, f.flush().Duplicates)
}

// A truncate and a snapshot's end leave no row of keys that only a dead letter knows.
func TestFloorIsWhatTruncateAndSweepTookBack(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	f.event(event.Create, at(5, 1))
	require.NoError(t, f.take(nil, []byte(`{"op":"t"}`), event.Header{Version: at(6, 1), Op: event.Truncate}.Append(nil)))
	f.event(event.Create, at(7, 1))
	require.Equal(t, at(6, 1), f.flush().After.Floor)
	require.NoError(t, f.marker(event.Marker{Kind: event.SnapshotBegin, Snapshot: "s"}, at(9, 0)))
	require.Equal(t, at(6, 1), f.flush().After.Floor)
	require.NoError(t, f.marker(event.Marker{Kind: event.SnapshotEnd, Snapshot: "s"}, at(9, 0)))
	require.Equal(t, at(9, 0), f.c.state.Floor)
}

func TestKeysTearOnlyWhatComesAfter(t *testing.T) {
	k := new(Keys)
	k.Add([]byte("k"), at(7, 1))
	k.Add([]byte("k"), at(5, 1))
	k.Add([]byte("k"), at(7, 1))
	for version, want := range map[position.Position]position.Position{at(9, 1): at(7, 1), at(7, 1): at(5, 1), at(6, 1): at(5, 1), at(5, 1): {}} {
		torn, any := k.Torn([]byte("k"), version)
		require.Equal(t, want, torn, version)
		require.True(t, any)
	}
	_, any := k.Torn([]byte("other"), at(9, 1))
	require.False(t, any)
}

// Behind a gap no record's own image is believed and no column is lent by an image from
// before it, until a snapshot that began later has ended.
func TestGapBreaksEveryChainUntilASnapshotEnds(t *testing.T) {
	f := newFeed(t, wide)
	f.open()
	f.event(event.Create, at(5, 1))
	f.flush()
	f.c.state.Gap = at(5, position.MaxOrdinal)
	f.event(event.Update, at(8, 1))
	b := f.flush()
	require.Equal(t, 1, b.Rows.Open())
	torn, _ := f.c.torn([]byte("k"), at(8, 1))
	require.Equal(t, at(6, 0), torn)
	require.NoError(t, f.marker(event.Marker{Kind: event.SnapshotEnd, Snapshot: "begun before the gap"}, at(8, 0)))
	require.False(t, f.c.state.Gap.IsZero())
	require.NoError(t, f.marker(event.Marker{Kind: event.SnapshotBegin, Snapshot: "s", Initial: true, Exact: true}, at(9, 0)))
	require.False(t, f.c.state.Window.Chained)
	require.NoError(t, f.marker(event.Marker{Kind: event.SnapshotEnd, Snapshot: "s"}, at(9, 0)))
	require.True(t, f.c.state.Gap.IsZero())
}

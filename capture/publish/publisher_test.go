package publish

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

func TestRecordsArriveAsAppended(t *testing.T) {
	c := broker(t)
	p, last := open(t, settings(t, c))
	require.Nil(t, last)
	tt := table(t, p, "pg.public.orders")
	require.True(t, tt.New())

	key := []byte(`{"id":1}`)
	require.NoError(t, p.Append(tt, key, []byte(`{"op":"c"}`), change(7, 1)))
	require.NoError(t, p.Tombstone(tt, key))
	require.NoError(t, p.Broadcast(tt, nil, []byte(`{"marker":"snapshot-begin"}`), event.Header{Op: event.Marking}))
	require.NoError(t, p.Flush(at(7)))
	require.NoError(t, p.Wait(within(t, 10*time.Second), at(7)))
	require.Equal(t, at(7), p.Confirmed())
	require.Zero(t, p.InFlight())

	home := topic.Partition(key, 4)
	for i := range 4 {
		got := read(t, c.ListenAddrs(), "pg.public.orders", i)
		m, err := event.ParseMarker([]byte(got[0].value))
		require.NoError(t, err)
		require.Equal(t, event.Marker{Kind: event.TopicOpened, Incarnation: tt.Incarnation(), Partitions: 4}, m)
		require.Equal(t, event.Marking, got[0].header.Op)
		got = got[1:]
		if i == home {
			require.Equal(t, record{offset: 1, key: string(key), value: `{"op":"c"}`, header: change(7, 1), marked: true}, got[0])
			require.Equal(t, record{offset: 2, key: string(key), null: true}, got[1])
			got = got[2:]
		}
		require.Len(t, got, 1)
		require.Equal(t, `{"marker":"snapshot-begin"}`, got[0].value)
	}
	w := marks(t, c.ListenAddrs())
	require.Equal(t, at(7).Position, w[len(w)-1].Position)
	next := []int64{2, 2, 2, 2}
	next[home] = 4
	require.Equal(t, next, w[len(w)-1].Offsets[0].Next)
	require.Equal(t, tt.Incarnation(), w[len(w)-1].Offsets[0].Incarnation)
}

func TestRestartCarriesOffsetsForward(t *testing.T) {
	c := broker(t)
	p, _ := open(t, settings(t, c))
	a := table(t, p, "pg.public.a")
	table(t, p, "pg.public.b")
	require.NoError(t, p.Append(a, []byte("k"), []byte("v"), change(1, 1)))
	pt := at(1)
	pt.Resume = []byte(`{"slot":"s"}`)
	p.SetFingerprint("f1")
	require.NoError(t, p.Flush(pt))
	require.NoError(t, p.Close(within(t, 10*time.Second)))
	require.Equal(t, pt, p.Confirmed())

	p, last := open(t, settings(t, c))
	require.Equal(t, pt, PointOf(last))
	require.Equal(t, "f1", last.Fingerprint)
	require.Equal(t, pt, p.Confirmed())
	b := table(t, p, "pg.public.b") // a is not opened in this session
	require.True(t, b.New(), "it still holds nothing but markers")
	require.NoError(t, p.Append(b, []byte("k"), []byte("v"), change(2, 1)))
	require.NoError(t, p.Flush(at(2)))
	require.NoError(t, p.Wait(within(t, 10*time.Second), at(2)))
	w := marks(t, c.ListenAddrs())
	require.Len(t, w[len(w)-1].Offsets, 2)
	require.Equal(t, last.Offsets[0], w[len(w)-1].Offsets[0])
}

func TestFlushOfNothingMovesTheWatermark(t *testing.T) {
	c := broker(t)
	p, _ := open(t, settings(t, c))
	require.NoError(t, p.Flush(at(5)))
	require.NoError(t, p.Wait(within(t, 5*time.Second), at(5)))
	n := len(marks(t, c.ListenAddrs()))
	require.NoError(t, p.Flush(at(5)), "the same point again says nothing new")
	require.NoError(t, p.Close(within(t, 5*time.Second)))
	require.Len(t, marks(t, c.ListenAddrs()), n)
	require.ErrorIs(t, p.Flush(at(6)), ErrClosed)
}

func TestFlushBackwardsIsRefused(t *testing.T) {
	p, _ := open(t, settings(t, broker(t)))
	require.NoError(t, p.Flush(at(5)))
	require.ErrorContains(t, p.Flush(at(4)), "BUG")
}

func TestDueAfterLinger(t *testing.T) {
	cfg := settings(t, broker(t))
	cfg.Linger = time.Hour
	p, _ := open(t, cfg)
	tt := table(t, p, "pg.public.a")
	require.Zero(t, p.Due())
	require.NoError(t, p.Append(tt, []byte("k"), []byte("v"), change(1, 1)))
	require.WithinDuration(t, time.Now().Add(time.Hour), p.Due(), time.Minute)
	require.NoError(t, p.Commit(at(1)))
	require.Equal(t, Point{}, p.last, "not due, so no barrier")
	p.since = time.Now().Add(-2 * time.Hour)
	require.NoError(t, p.Commit(at(1)))
	require.Zero(t, p.Due())
	require.NoError(t, p.Wait(within(t, 5*time.Second), at(1)))
}

func TestBudgetHoldsAndLetsGo(t *testing.T) {
	cfg := settings(t, broker(t))
	cfg.MaxBytes, cfg.BatchBytes = 64<<10, 16<<10
	p, _ := open(t, cfg)
	tt := table(t, p, "pg.public.a")
	value := make([]byte, 1000)
	for i := range 2000 {
		require.NoError(t, p.Append(tt, fmt.Appendf(nil, "%d", i), value, change(1, uint64(i+1))))
		require.LessOrEqual(t, p.InFlight(), int64(64<<10))
	}
	require.NoError(t, p.Append(tt, []byte("large"), make([]byte, 100<<10), change(1, 2001)), "larger than the budget: sent alone")
	require.NoError(t, p.Flush(at(1)))
	require.NoError(t, p.Wait(within(t, 10*time.Second), at(1)))
	require.Zero(t, p.InFlight())
}

func TestCompressedBatchesArriveWhole(t *testing.T) {
	for _, codec := range []string{"lz4", "zstd"} {
		c := broker(t)
		cfg := settings(t, c)
		cfg.Codec, cfg.Partitions = codec, 1
		p, _ := open(t, cfg)
		tt := table(t, p, "pg.public.a")
		for i := range 500 {
			require.NoError(t, p.Append(tt, fmt.Appendf(nil, "%d", i), []byte(`{"op":"c","after":{}}`), change(1, uint64(i+1))))
		}
		require.NoError(t, p.Flush(at(1)))
		require.NoError(t, p.Wait(within(t, 10*time.Second), at(1)))
		got := read(t, c.ListenAddrs(), "pg.public.a", 0)
		require.Len(t, got, 501)
		require.Equal(t, "499", got[500].key)
	}
}

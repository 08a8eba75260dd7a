package frontier

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// at is a clusterTime of this century.
func at(i int) clock.Time { return clock.Time(1_700_000_000)<<32 + clock.Time(i) }

// token is one of mongod's.
func token(t testing.TB, c clock.Time) bson.Raw {
	raw, err := bson.Marshal(bson.D{{Key: "_data", Value: fmt.Sprintf("82%016X2B0229296E04", uint64(c))}})
	require.NoError(t, err)
	return raw
}

var opaque = func() bson.Raw {
	raw, _ := bson.Marshal(bson.D{{Key: "_data", Value: "3b0000001073008403"}})
	return raw
}()

func started() *Frontier {
	f := &Frontier{Settle: time.Second}
	f.Start(at(10), 100)
	return f
}

func done(f *Frontier) clock.Time { d, _ := f.Done(); return d }

func event(t *testing.T, f *Frontier, i int, wall int64) bool {
	crossed, err := f.Event(at(i), wall)
	require.NoError(t, err)
	return crossed
}

func TestAnEventCompletesWhatCameBeforeIt(t *testing.T) {
	f := started()
	require.False(t, event(t, f, 20, 200))
	require.False(t, event(t, f, 20, 201), "the second event of a transaction completes nothing")
	require.False(t, f.Whole())
	require.Equal(t, at(10), done(f))
	require.True(t, event(t, f, 30, 300))
	d, until := f.Done()
	require.Equal(t, at(20), d)
	require.EqualValues(t, 201, until)
}

func TestBackwardsIsRefused(t *testing.T) {
	f := started()
	event(t, f, 20, 1)
	_, err := f.Event(at(19), 1)
	require.ErrorIs(t, err, ErrBackwards)

	f = started()
	_, err = f.Event(at(10), 1)
	require.ErrorIs(t, err, ErrBackwards, "what was resumed from is complete")

	f = started()
	f.Idle(&stream.Batch{Token: token(t, at(40)), Moved: true, Served: at(40)})
	f.Pin()
	_, err = f.Event(at(35), 1)
	require.ErrorIs(t, err, ErrBackwards, "snapshot rows stand above it already")
}

func TestLateIsCountedAndKept(t *testing.T) {
	f := started()
	f.Idle(&stream.Batch{Token: token(t, at(40)), Moved: true, Served: at(40)})
	event(t, f, 35, 1)
	require.Equal(t, 1, f.Late)
	require.False(t, f.Whole())
	require.True(t, !event(t, f, 50, 1) && !f.Whole())
	require.Equal(t, at(40), done(f))
}

func TestTokenOfAReplicaSetProvesUpToItself(t *testing.T) {
	f := started()
	event(t, f, 20, 1)
	require.True(t, f.Idle(&stream.Batch{Token: token(t, at(33)), Moved: true, Served: at(33)}))
	require.Equal(t, at(33), done(f))
	require.True(t, f.Whole())
}

func TestTokenOfAShardedClusterProvesOnlyBelow(t *testing.T) {
	f := started()
	f.Sharded = true
	event(t, f, 20, 1)
	f.Idle(&stream.Batch{Token: token(t, at(20)), Moved: false, Served: at(20)})
	require.False(t, f.Whole(), "another shard may have more of that clusterTime")
	f.Idle(&stream.Batch{Token: token(t, at(33)), Moved: true, Served: at(33)})
	require.Equal(t, at(32), done(f))
	require.True(t, f.Whole())
}

func TestEchoOfTheStartProvesNothing(t *testing.T) {
	f := started()
	require.False(t, f.Idle(&stream.Batch{Token: token(t, at(10)), Served: at(99)}))
	require.Equal(t, at(10), done(f))
}

func TestAnEmptyOpeningProvesNothing(t *testing.T) {
	f := started()
	event(t, f, 20, 1)
	require.False(t, f.Idle(&stream.Batch{Token: token(t, at(20)), Opened: true, Served: at(30)}), "the rest of the transaction may be to come")
	require.False(t, f.Whole())
	require.True(t, f.Idle(&stream.Batch{Token: token(t, at(20)), Served: at(30)}))
	require.True(t, f.Whole())
}

func TestTokensOfAnotherTimeAreNotBelieved(t *testing.T) {
	for _, c := range []clock.Time{at(9), at(10) + 2*slack} {
		f := started()
		f.Idle(&stream.Batch{Token: token(t, c), Moved: true, Served: at(10)})
		require.Equal(t, at(10), done(f))
	}
}

func TestUnreadableTokenProvesWhenItStandsStill(t *testing.T) {
	f, now := started(), time.Now()
	event(t, f, 20, 1)
	f.Pulse(connect.Pulse{Written: at(50), Wall: 500, Seen: now})
	f.Idle(&stream.Batch{Token: opaque, Moved: true, Asked: now.Add(time.Hour), Served: at(60)})
	require.False(t, f.Whole(), "the server looked at something: there may be more")
	f.Idle(&stream.Batch{Token: opaque, Asked: now.Add(time.Second / 2), Served: at(60)})
	require.Equal(t, at(20), done(f), "the clock was read too short ago")
	require.True(t, f.Idle(&stream.Batch{Token: opaque, Asked: now.Add(2 * time.Second), Served: at(60)}))
	d, until := f.Done()
	require.Equal(t, at(50), d)
	require.EqualValues(t, 500, until)
}

func TestTimeGoesOnWhileNothingIsWritten(t *testing.T) {
	f := started()
	f.Idle(&stream.Batch{Token: token(t, at(33)), Moved: true, Served: at(33)})
	for i := range 2 * kept {
		f.Pulse(connect.Pulse{Written: at(33), Wall: int64(1000 + i), Seen: time.Now()})
		require.True(t, f.Idle(&stream.Batch{Token: token(t, at(33)), Served: at(33)}))
		_, until := f.Done()
		require.EqualValues(t, 1000+i, until)
	}
	f.Pulse(connect.Pulse{Written: at(34), Wall: 9999, Seen: time.Now()})
	require.False(t, f.Idle(&stream.Batch{Token: token(t, at(33)), Served: at(33)}), "something was written that was not seen")
}

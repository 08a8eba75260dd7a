package mongo

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// deaf is a publisher to which nobody signals.
type deaf struct{ publisher }

func (deaf) Signals(context.Context, int64) (signal.Due, error) { return signal.Due{}, nil }

// ask sends a signal: these collections again, or all in a new epoch. It gives the offset behind it.
func (r *rig) ask(collections ...string) int64 {
	r.t.Helper()
	s := signal.Signal{Source: "mongo", Kind: signal.Resnapshot}
	for _, c := range collections {
		s.Tables = append(s.Tables, r.db.Name()+"."+c)
	}
	sent, err := signal.Send(r.t.Context(), r.client(), 1, s)
	require.NoError(r.t, err)
	return sent.Offset + 1
}

// restarted is what the program makes of a run that ends because it was asked for something.
func (c *capture) restarted() *capture {
	c.r.t.Helper()
	err := c.wait()
	require.True(c.r.t, fault.Is(err, fault.Asked), "%v", err)
	c.stopped()
	return c.r.start()
}

// heeds starts the capture again as the program does, unless it found the signals up to that offset at its own start.
func (c *capture) heeds(signals int64) *capture {
	c.r.t.Helper()
	for c.p.Confirmed().Signals < signals {
		select {
		case err := <-c.done:
			c.done <- err
			return c.restarted()
		case <-c.r.t.Context().Done():
			return c
		case <-time.After(5 * time.Millisecond):
		}
	}
	return c
}

// begins counts the snapshots that were begun, by their ids.
func (r *rig) begins(collection string) int {
	ids := map[string]bool{}
	for p := range 3 {
		for _, rec := range r.read(r.topic(collection), p) {
			if rec.header != nil && rec.header.Op == event.Marking {
				m, err := event.ParseMarker([]byte(rec.value))
				require.NoError(r.t, err)
				if m.Kind == event.SnapshotBegin {
					ids[m.Snapshot] = true
				}
			}
		}
	}
	return len(ids)
}

func TestResnapshotOfTheSourceBeginsAnEpoch(t *testing.T) {
	r := newRig(t, true, "a", "b")
	seed(t, r.db.Collection("a"), 20)
	seed(t, r.db.Collection("b"), 5)
	c := r.start()
	c.complete()
	r.ask()
	c = c.restarted()
	require.Eventually(t, func() bool { return c.p.Confirmed().Position.Epoch == 2 }, 20*time.Second, 20*time.Millisecond)
	c.complete()
	many(t, r, "a", 0, 2)
	c.reach()
	c.stop()
	c = r.start() // it was carried out, and is not again
	c.reach()
	c.stop()
	require.Equal(t, 40, r.requireSame("a").ops[event.Read])
	require.Equal(t, 10, r.requireSame("b").ops[event.Read])
	require.Equal(t, 2, r.begins("a"))
}

// TestResnapshotRecoversFromLostHistory asks a capture that stopped. The deletes that nobody read are found by the end mark.
func TestResnapshotRecoversFromLostHistory(t *testing.T) {
	r := rigOn(t, mongotest.Own(t, "--oplog-max-entries", "500"), true, "a")
	seed(t, r.db.Collection("a"), 20)
	c := r.start()
	c.complete()
	c.stop()
	_, err := r.db.Collection("a").DeleteMany(t.Context(), bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: 5}}}})
	require.NoError(t, err)
	many(t, r, "a", 0, 4000)
	c = r.start()
	requireLost(t, c.wait())
	c.stopped()
	r.ask()
	c = r.start()
	c.complete()
	c.reach()
	c.stop()
	rd := r.requireSame("a")
	require.Zero(t, rd.ops[event.Delete])
	require.EqualValues(t, 2, c.p.Confirmed().Position.Epoch)
}

// TestResnapshotAfterTheServerWasReplaced: the signal is looked at before the server's name is.
func TestResnapshotAfterTheServerWasReplaced(t *testing.T) {
	r := rigOn(t, mongotest.Own(t), true, "a")
	seed(t, r.db.Collection("a"), 20)
	c := r.start()
	c.complete()
	c.stop()
	two := mongotest.Own(t)
	r.db, r.cfg.URL = two.Client(t).Database("shop"), two.URL
	mongotest.Create(t, r.db, true, "a")
	many(t, r, "a", 0, 7)
	r.ask()
	c = r.start()
	c.complete()
	c.reach()
	c.stop()
	require.Len(t, r.requireSame("a").live, 7)
}

// TestResnapshotOfACollection reads one again in the same epoch while both are written to. Nothing that is published is
// below what was published before it, so nothing older can overwrite something newer.
func TestResnapshotOfACollection(t *testing.T) {
	r := newRig(t, true, "a", "b")
	r.cfg.ChunkRows = 100
	seed(t, r.db.Collection("a"), 700)
	stopA, stopB := writers(t, r.db.Collection("a"), 2), writers(t, r.db.Collection("b"), 1)
	c := r.start()
	c.complete()
	before := r.apply("b").ops[event.Read]
	r.ask("a")
	c = c.restarted()
	require.Eventually(t, func() bool { return r.begins("a") == 2 }, 20*time.Second, 50*time.Millisecond)
	c.complete()
	stopA()
	stopB()
	c.reach()
	c.stop()
	rd := r.requireSame("a")
	require.GreaterOrEqual(t, rd.ops[event.Read], 1400)
	require.Zero(t, rd.late) // a restart may send changes again, a snapshot's rows never
	b := r.requireSame("b")
	require.Equal(t, before, b.ops[event.Read])
	require.Zero(t, b.late)
	require.EqualValues(t, 1, c.p.Confirmed().Position.Epoch)
}

// TestResnapshotsKilledInTheMiddle kills captures at any moment of what they were asked for.
func TestResnapshotsKilledInTheMiddle(t *testing.T) {
	r := newRig(t, true, "a", "b")
	r.cfg.ChunkRows, r.cfg.Batch = 100, 50
	seed(t, r.db.Collection("a"), 500)
	stopA, stopB := writers(t, r.db.Collection("a"), 2), writers(t, r.db.Collection("b"), 1)
	c := r.start()
	c.complete()
	random := rand.New(rand.NewPCG(3, 3))
	for i := range 4 {
		var what []string
		if i%2 == 0 {
			what = []string{"a"}
		}
		c = c.heeds(r.ask(what...))
		time.Sleep(time.Duration(random.IntN(900)) * time.Millisecond)
		c.kill()
		c = r.start()
		if i == 1 {
			c.complete()
		}
	}
	c.complete()
	stopA()
	stopB()
	c.reach()
	c.stop()
	begun := r.begins("a")
	c = r.start()
	c.reach()
	c.stop()
	require.Equal(t, begun, r.begins("a"), "what was carried out is not again")
	r.requireSame("a")
	r.requireSame("b")
	require.EqualValues(t, 3, c.p.Confirmed().Position.Epoch)
}

package mongo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

func typeOf(v bson.RawValue) rawbson.Type { return rawbson.Type(v.Type) }

// write changes a collection at random until ctx ends: some keys live for ever, some come and go.
func write(ctx context.Context, c *mongo.Collection, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	stop := ctx
	ctx = context.WithoutCancel(ctx) // the server would do a cancelled write all the same, at a time of its own
	for stop.Err() == nil {
		id := bson.D{{Key: "_id", Value: fmt.Sprint(seed, "-", r.IntN(40))}}
		var err error
		switch r.IntN(6) {
		case 0:
			_, err = c.DeleteOne(ctx, id)
		case 1:
			_, err = c.ReplaceOne(ctx, id, bson.D{{Key: "v", Value: r.IntN(1000)}}, options.Replace().SetUpsert(true))
		default:
			_, err = c.UpdateOne(ctx, id, bson.D{
				{Key: "$set", Value: bson.D{{Key: "name", Value: fmt.Sprint(r.IntN(1000))}, {Key: "sub.x", Value: r.Float64()}}},
				{Key: "$push", Value: bson.D{{Key: "list", Value: bson.D{{Key: "$each", Value: bson.A{r.IntN(9)}}, {Key: "$slice", Value: -5}}}}},
				{Key: "$inc", Value: bson.D{{Key: "n", Value: int64(1)}}},
			}, options.UpdateOne().SetUpsert(true))
		}
		if err != nil {
			panic(err)
		}
	}
}

// writers runs some writers and gives what stops them.
func writers(t testing.TB, c *mongo.Collection, n int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { write(ctx, c, uint64(i)) })
	}
	stop = func() { cancel(); all.Wait() }
	t.Cleanup(stop)
	return stop
}

func seed(t testing.TB, c *mongo.Collection, n int) {
	for i := 0; i < n; i += 500 {
		var docs []any
		for k := i; k < min(n, i+500); k++ {
			docs = append(docs, bson.D{{Key: "_id", Value: k}, {Key: "v", Value: "seeded"}})
		}
		_, err := c.InsertMany(t.Context(), docs)
		require.NoError(t, err)
	}
}

func TestHandOverUnderWriters(t *testing.T) {
	for _, images := range []bool{true, false} {
		t.Run(fmt.Sprintf("pre-images %v", images), func(t *testing.T) {
			r := newRig(t, images, "a", "b")
			r.cfg.ChunkRows = 300
			seed(t, r.db.Collection("a"), 1000)
			stop := writers(t, r.db.Collection("a"), 3)
			time.Sleep(200 * time.Millisecond)
			c := r.start()
			c.complete() // under the writers: an event beyond the scan ends it
			time.Sleep(time.Second)
			stop()
			c.reach()
			c.stop()
			rd := r.requireSame("a")
			r.requireSame("b")
			require.GreaterOrEqual(t, rd.ops[event.Read], 1000)
			require.NotZero(t, rd.ops[event.Update])
			if images {
				require.NotZero(t, rd.chained)
			}
			require.Zero(t, rd.sent)
		})
	}
}

// TestKillsAndRestarts kills captures at any moment, in snapshots too, and starts them again: nothing is lost, and what is
// sent again is known by its version.
func TestKillsAndRestarts(t *testing.T) {
	r := newRig(t, true, "a", "b")
	r.cfg.ChunkRows, r.cfg.Batch = 200, 50
	seed(t, r.db.Collection("a"), 1500)
	seed(t, r.db.Collection("b"), 300)
	stopA, stopB := writers(t, r.db.Collection("a"), 2), writers(t, r.db.Collection("b"), 1)
	random := rand.New(rand.NewPCG(7, 7))
	for range 8 {
		c := r.start()
		time.Sleep(time.Duration(300+random.IntN(900)) * time.Millisecond)
		c.kill()
	}
	c := r.start()
	c.complete()
	c.kill()
	c = r.start()
	time.Sleep(500 * time.Millisecond)
	stopA()
	stopB()
	c.reach()
	c.stop()
	rd := r.requireSame("a")
	r.requireSame("b")
	t.Logf("%v, %d chained, %d sent again", rd.ops, rd.chained, rd.sent)
	require.NotZero(t, rd.chained)
	r.requireWatermarksRise()
}

// requireWatermarksRise holds that no watermark ever says less than one before it.
func (r *rig) requireWatermarksRise() {
	all := r.watermarks()
	require.NotEmpty(r.t, all)
	for i := 1; i < len(all); i++ {
		require.False(r.t, all[i].Position.Before(all[i-1].Position), "%s after %s", all[i].Position, all[i-1].Position)
		require.GreaterOrEqual(r.t, all[i].CommitTime, all[i-1].CommitTime)
	}
}

func TestStopInOrderSendsNothingTwice(t *testing.T) {
	r := newRig(t, true, "a")
	c := r.start()
	c.complete()
	for round := range 3 {
		stop := writers(t, r.db.Collection("a"), 2)
		time.Sleep(300 * time.Millisecond)
		stop()
		c.reach()
		c.stop()
		_, err := r.db.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: fmt.Sprint("while down ", round)}})
		require.NoError(t, err)
		c = r.start()
	}
	c.reach()
	c.stop()
	rd := r.requireSame("a")
	require.Zero(t, rd.sent)
	require.NotZero(t, rd.chained)
	require.Zero(t, rd.ops[event.Read])
}

func TestTransactionsShareAClusterTime(t *testing.T) {
	r := newRig(t, true, "a", "b")
	c := r.start()
	c.complete()
	session, err := r.db.Client().StartSession()
	require.NoError(t, err)
	defer session.EndSession(t.Context())
	const each = 30
	for n := range 20 {
		_, err := session.WithTransaction(t.Context(), func(ctx context.Context) (any, error) {
			for i := range each {
				id := bson.D{{Key: "_id", Value: fmt.Sprint(i % 10)}}
				if _, err := r.db.Collection("a").UpdateOne(ctx, id, bson.D{{Key: "$set", Value: bson.D{{Key: "v", Value: n*each + i}}}}, options.UpdateOne().SetUpsert(true)); err != nil {
					return nil, err
				}
				if _, err := r.db.Collection("b").InsertOne(ctx, bson.D{{Key: "_id", Value: n*each + i}}); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		require.NoError(t, err)
	}
	c.reach()
	c.stop()
	rd := r.requireSame("a")
	require.Equal(t, 20*each, rd.ops[event.Create]+rd.ops[event.Update])
	require.Equal(t, 20*each, rd.chained)
	r.requireSame("b")
	perTime := map[uint64]uint64{}
	for p := range 3 {
		for _, rec := range r.read(r.topic("a"), p) {
			if rec.header.Op != event.Marking {
				v := rec.header.Version
				perTime[v.Commit]++
				require.LessOrEqual(t, v.Ordinal, uint64(each))
				require.Contains(t, rec.value, `"txnNumber":`)
			}
		}
	}
	require.Len(t, perTime, 20)
	for at, n := range perTime {
		require.EqualValues(t, each, n, at)
	}
}

func TestIdleMovesOn(t *testing.T) {
	r := newRig(t, true, "a")
	c := r.start()
	c.complete()
	_, err := r.db.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}})
	require.NoError(t, err)
	c.reach()
	first := c.p.Confirmed()
	require.Eventually(t, func() bool {
		pt := c.p.Confirmed()
		return pt.CommitTime-first.CommitTime >= 2_000_000 && first.Position.Before(pt.Position)
	}, 20*time.Second, 20*time.Millisecond)
	c.stop()
	r.requireWatermarksRise()
	r.requireSame("a")
}

// TestHeartbeatIsWhatAnIdleSourceCosts: with a long one an idle source writes no watermarks, and is not late for it.
func TestHeartbeatIsWhatAnIdleSourceCosts(t *testing.T) {
	r := newRig(t, true, "a")
	r.cfg.Heartbeat = time.Hour
	c := r.start()
	c.complete()
	many(t, r, "a", 0, 3)
	last := func() (at uint64) {
		for p := range 3 {
			for _, rec := range r.read(r.topic("a"), p) {
				if rec.header.Op == event.Create {
					at = max(at, rec.header.Version.Commit)
				}
			}
		}
		return at
	}
	require.Eventually(t, func() bool { pt := c.p.Confirmed(); return pt.Complete && last() > 0 && pt.Position.Commit >= last() }, 20*time.Second, 20*time.Millisecond)
	written := len(r.watermarks())
	time.Sleep(3 * time.Second) // the server beats each second
	require.LessOrEqual(t, len(r.watermarks()), written+1)
	c.stop()
}

func TestCollectionAddedLater(t *testing.T) {
	r := newRig(t, true, "a", "b")
	seed(t, r.db.Collection("b"), 700)
	all := r.cfg.Contracts
	r.cfg.Contracts = all[:1]
	stop := writers(t, r.db.Collection("a"), 1)
	c := r.start()
	c.complete()
	c.kill() // what is sent again must have the versions that it had without b
	r.cfg.Contracts = all
	stopB := writers(t, r.db.Collection("b"), 2)
	c = r.start()
	c.complete()
	stop()
	stopB()
	c.reach()
	c.stop()
	r.requireSame("a")
	rd := r.requireSame("b")
	require.GreaterOrEqual(t, rd.ops[event.Read], 700)
}

func TestDropEmptiesAndGoesOn(t *testing.T) {
	r := newRig(t, true, "a", "b")
	seed(t, r.db.Collection("a"), 10)
	seed(t, r.db.Collection("b"), 10)
	c := r.start()
	c.complete()
	require.NoError(t, r.db.Collection("a").Drop(t.Context()))
	seed(t, r.db.Collection("a"), 3)
	c.reach()
	r.requireSame("a")
	require.NoError(t, r.db.Drop(t.Context()))
	seed(t, r.db.Collection("b"), 2)
	c.reach()
	c.stop()
	require.NotZero(t, r.requireSame("a").ops[event.Truncate])
	require.NotZero(t, r.requireSame("b").ops[event.Truncate])
	c = r.start() // behind an invalidate
	seed(t, r.db.Collection("a"), 2)
	c.reach()
	c.stop()
	r.requireSame("a")
}

// fail makes the server break off the next commands of a kind.
func (r *rig) fail(times int, data bson.D) {
	require.NoError(r.t, r.db.Client().Database("admin").RunCommand(r.t.Context(), bson.D{{Key: "configureFailPoint", Value: "failCommand"},
		{Key: "mode", Value: bson.D{{Key: "times", Value: times}}}, {Key: "data", Value: data}}).Err())
}

func TestBrokenStreamsGoOn(t *testing.T) {
	r := newRig(t, true, "a")
	c := r.start()
	c.complete()
	stop := writers(t, r.db.Collection("a"), 2)
	for _, data := range []bson.D{
		{{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "closeConnection", Value: true}},
		{{Key: "failCommands", Value: bson.A{"getMore", "aggregate"}}, {Key: "closeConnection", Value: true}},
		{{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "errorCode", Value: 43}, {Key: "errorLabels", Value: bson.A{"ResumableChangeStreamError"}}},
		{{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "errorCode", Value: 11600}}, // the driver gives this one up
	} {
		r.fail(3, data)
		time.Sleep(700 * time.Millisecond)
	}
	stop()
	c.reach()
	c.stop()
	rd := r.requireSame("a")
	require.Zero(t, rd.sent, "a stream that is opened again goes on where it stood")
	require.NotZero(t, rd.chained)
}

func TestForeignServersAreRefused(t *testing.T) {
	r := newRig(t, true, "a")
	src, err := New(r.cfg)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		commit uint64
		resume string
	}{
		"restored":    {1 << 63, `{"set":"secantus"}`},
		"another set": {1, `{"set":"other"}`},
		"not ours":    {1, `{"set":7}`},
	} {
		last := &watermark.Watermark{Source: "mongo", Position: position.Position{Epoch: 1, Commit: c.commit}, Resume: []byte(c.resume)}
		err := src.run(t.Context(), deaf{}, last)
		require.True(t, fault.Is(err, fault.Foreign), "%s: %v", name, err)
	}
}

// TestLookUpsThatMiss deletes what was updated before anybody could look it up.
func TestLookUpsThatMiss(t *testing.T) {
	r := newRig(t, false, "a")
	seed(t, r.db.Collection("a"), 5)
	c := r.start()
	c.complete()
	c.stop()
	_, err := r.db.Collection("a").UpdateMany(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "v", Value: 1}}}})
	require.NoError(t, err)
	_, err = r.db.Collection("a").DeleteMany(t.Context(), bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: 3}}}})
	require.NoError(t, err)
	c = r.start()
	c.reach()
	c.stop()
	rd := r.requireSame("a")
	require.Equal(t, 5, rd.ops[event.Update])
	require.Equal(t, 3, rd.ops[event.Delete])
	require.Zero(t, rd.chained)
}

// TestPreImagesTurnedOnLater goes from look-ups to exact images: the chain begins only behind the last look-up.
func TestPreImagesTurnedOnLater(t *testing.T) {
	r := newRig(t, false, "a")
	stop := writers(t, r.db.Collection("a"), 2)
	c := r.start()
	c.complete()
	_, err := Setup(t.Context(), r.cfg)
	require.NoError(t, err)
	time.Sleep(time.Second)
	c.stop()
	c = r.start()
	time.Sleep(time.Second)
	stop()
	c.reach()
	c.stop()
	require.NotZero(t, r.requireSame("a").chained)
}

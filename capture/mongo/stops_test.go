package mongo

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// again is the command that every stop for lost history names.
const again = "`capture resnapshot --source mongo --yes`"

// requireLost holds what a stop for lost history must say: from where to where, and the command.
func requireLost(t testing.TB, err error) {
	t.Helper()
	require.True(t, fault.Is(err, fault.HistoryLost), "%v", err)
	require.Equal(t, fault.Operator, fault.ActionOf(err))
	require.Regexp(t, `changes from 20\S+\+\d+ to 20\S+\+\d+, where the oplog begins, are gone`, err.Error())
	require.Contains(t, fault.HintOf(err), again)
}

// many inserts n documents one write at a time in the server's eyes: each has a clusterTime of its own.
func many(t testing.TB, r *rig, collection string, from, n int) {
	for i := from; i < from+n; i += 500 {
		var docs []any
		for k := i; k < min(from+n, i+500); k++ {
			docs = append(docs, bson.D{{Key: "_id", Value: fmt.Sprint("m", k)}})
		}
		_, err := r.db.Collection(collection).InsertMany(t.Context(), docs)
		require.NoError(t, err)
	}
}

// TestAPrunedOplogStopsTheResume: what was written while capture was down is not all there any more.
func TestAPrunedOplogStopsTheResume(t *testing.T) {
	r := rigOn(t, mongotest.Own(t, "--oplog-max-entries", "500"), true, "a")
	c := r.start()
	c.complete()
	many(t, r, "a", 0, 10)
	c.reach()
	c.stop()
	many(t, r, "a", 10, 4000)
	for range 2 { // and it stays so, however often it is started
		c = r.start()
		requireLost(t, c.wait())
		c.stopped()
	}
}

// slow is an observer that holds the loop up while it is shut.
type slow struct {
	nobody
	shut atomic.Bool
	held atomic.Bool
}

func (s *slow) Captured(int, int) {
	for s.shut.Load() {
		s.held.Store(true)
		time.Sleep(time.Millisecond)
	}
}

// TestAnOplogThatOvertakesTheStreamStopsIt: this server goes on behind the gap as if nothing were missing.
func TestAnOplogThatOvertakesTheStreamStopsIt(t *testing.T) {
	r := rigOn(t, mongotest.Own(t, "--oplog-max-entries", "500"), true, "a")
	r.cfg.Batch = 20
	hold := &slow{}
	r.cfg.Observer = hold
	c := r.start()
	c.complete()
	many(t, r, "a", 0, 5)
	c.reach()
	hold.shut.Store(true)
	many(t, r, "a", 5, 100)
	require.Eventually(t, hold.held.Load, 20*time.Second, time.Millisecond)
	many(t, r, "a", 105, 4000)
	time.Sleep(near + time.Second/2) // it lags, and shows it
	hold.shut.Store(false)
	err := c.wait()
	requireLost(t, err)
	require.ErrorContains(t, err, "overtaken")
	c.stopped()
	r.requireTrueTidemarks("a")
	c = r.start() // the gap is not forgotten
	requireLost(t, c.wait())
	c.stopped()
}

// requireTrueTidemarks holds, for a collection that only many wrote to, that all documents up to a complete watermark are
// in the topic.
func (r *rig) requireTrueTidemarks(collection string) {
	r.t.Helper()
	at := map[uint64]int{} // number by clusterTime
	for p := range 3 {
		for _, rec := range r.read(r.topic(collection), p) {
			var n int
			if _, err := fmt.Sscanf(rec.key, `{"id":"\"m%d`, &n); err == nil && rec.header.Op == event.Create {
				at[rec.header.Version.Commit] = n
			}
		}
	}
	require.NotEmpty(r.t, at)
	for _, w := range r.watermarks() {
		count, top := 0, -1
		for commit, n := range at {
			if commit <= w.Position.Commit {
				count, top = count+1, max(top, n)
			}
		}
		if w.Complete {
			require.Equal(r.t, top+1, count, "the tidemark at %s hides a gap", w.Position)
		}
	}
}

// TestNoTidemarkBeforeTheProof: a stream that lags may have been overtaken since the last look.
func TestNoTidemarkBeforeTheProof(t *testing.T) {
	l := loop{token: bson.Raw("b"), state: &resume.State{Proven: bson.Raw("a")}}
	require.False(t, l.point().Complete, "it lags")
	l.state.Proven = l.token
	require.True(t, l.point().Complete, "it lags, and was looked at just here")
	l.state.Proven, l.caughtUp = bson.Raw("a"), time.Now()
	require.True(t, l.point().Complete, "it follows closely")
}

// TestAServerThatWasSetBackIsRefused restores an older copy of the data, on which the server then goes on writing: its clock
// is beyond what was captured, and the resume token of before gives nothing for long.
func TestAServerThatWasSetBackIsRefused(t *testing.T) {
	s := mongotest.Own(t)
	r := rigOn(t, s, true, "a")
	c := r.start()
	c.complete()
	many(t, r, "a", 0, 10)
	c.reach()
	s.Kill()
	backup := s.Data + ".backup"
	require.NoError(t, os.CopyFS(backup, os.DirFS(s.Data)))
	require.NoError(t, s.Start())
	many(t, r, "a", 10, 400)
	c.reach()
	c.stop()
	s.Kill()
	require.NoError(t, os.RemoveAll(s.Data))
	require.NoError(t, os.Rename(backup, s.Data))
	require.NoError(t, s.Start())
	many(t, r, "a", 10, 5)
	c = r.start()
	err := c.wait()
	require.True(t, fault.Is(err, fault.Foreign), "%v", err)
	require.Contains(t, fault.HintOf(err), again)
	c.stopped()
}

// TestAnotherDeploymentOfTheSameNameIsRefused: its set has the same name, and its history is longer.
func TestAnotherDeploymentOfTheSameNameIsRefused(t *testing.T) {
	one, two := mongotest.Own(t), mongotest.Own(t)
	r := rigOn(t, one, true, "a")
	c := r.start()
	c.complete()
	many(t, r, "a", 0, 10)
	c.reach()
	c.stop()
	other := two.Client(t).Database("shop")
	mongotest.Create(t, other, true, "a")
	for i := range 40 {
		_, err := other.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: i}})
		require.NoError(t, err)
	}
	r.cfg.URL = two.URL
	c = r.start()
	err := c.wait()
	require.True(t, fault.Is(err, fault.Foreign), "%v", err)
	require.ErrorContains(t, err, "is not there any more")
	c.stopped()
	r.cfg.URL = one.URL // the right one goes on
	many(t, r, "a", 10, 10)
	c = r.start()
	c.reach()
	c.stop()
	r.requireSame("a")
}

// TestARenameStops: neither name's documents have events of their own.
func TestARenameStops(t *testing.T) {
	for _, away := range []bool{true, false} {
		r := newRig(t, true, "a")
		seed(t, r.db.Collection("a"), 3)
		seed(t, r.db.Collection("z"), 3)
		c := r.start()
		c.complete()
		from, to := "a", "b"
		if !away {
			require.NoError(t, r.db.Collection("a").Drop(t.Context()))
			from, to = "z", "a"
		}
		name := r.db.Name()
		require.NoError(t, r.db.Client().Database("admin").RunCommand(t.Context(), bson.D{{Key: "renameCollection", Value: name + "." + from}, {Key: "to", Value: name + "." + to}}).Err())
		err := c.wait()
		require.True(t, fault.Is(err, fault.Unsupported), "%v", err)
		require.ErrorContains(t, err, name+"."+from+" was renamed to "+name+"."+to+" at 20")
		require.Contains(t, fault.HintOf(err), again)
		c.stopped()
	}
}

// TestALargeEventStops: a server that cannot split it says so instead of giving it.
func TestALargeEventStops(t *testing.T) {
	r := newRig(t, true, "a")
	c := r.start()
	c.complete()
	r.fail(1, bson.D{{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "errorCode", Value: 10334}, {Key: "errorLabels", Value: bson.A{"NonResumableChangeStreamError"}}})
	err := c.wait()
	require.True(t, fault.Is(err, fault.TooLarge), "%v", err)
	require.Regexp(t, `the first change after 20\S+\+\d+ cannot be read`, err.Error())
	require.Contains(t, fault.HintOf(err), again)
	c.stopped()
}

// TestAFatalErrorInTheStreamStops: 280 is what a server says that cannot go on in its oplog.
func TestAFatalErrorInTheStreamStops(t *testing.T) {
	for _, code := range []int{280, 286} {
		r := newRig(t, true, "a")
		c := r.start()
		c.complete()
		many(t, r, "a", 0, 3)
		c.reach()
		r.fail(1, bson.D{{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "errorCode", Value: code}, {Key: "errorLabels", Value: bson.A{"NonResumableChangeStreamError"}}})
		err := c.wait()
		require.True(t, fault.Is(err, fault.HistoryLost), "%v", err)
		require.Regexp(t, `changes from 20\S+\+\d+ to at most 20\S+\+\d+, the newest write, are gone`, err.Error())
		require.Contains(t, fault.HintOf(err), again)
		c.stopped()
		r.requireSame("a") // what came before was not given up
	}
}

// TestPreImagesTurnedOffLater breaks the chain and stops nothing: no record claims an image that it does not have.
func TestPreImagesTurnedOffLater(t *testing.T) {
	r := newRig(t, true, "a")
	stop := writers(t, r.db.Collection("a"), 2)
	c := r.start()
	c.complete()
	turn := func(on bool) {
		require.NoError(t, r.db.RunCommand(t.Context(), bson.D{{Key: "collMod", Value: "a"}, {Key: "changeStreamPreAndPostImages", Value: bson.D{{Key: "enabled", Value: on}}}}).Err())
		time.Sleep(500 * time.Millisecond)
	}
	bare := func() (n int) {
		for p := range 3 {
			for _, rec := range r.read(r.topic("a"), p) {
				if rec.header != nil && rec.header.Op == event.Update && !rec.header.Flags.Chained() {
					n++
				}
			}
		}
		return n
	}
	turn(false)
	require.Eventually(t, func() bool { return bare() > 0 }, enough, 100*time.Millisecond)
	turn(true)
	turn(false)
	turn(true)
	stop()
	c.reach()
	c.stop()
	require.NotZero(t, r.requireSame("a").chained)
}

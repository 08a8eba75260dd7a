package mongo

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
)

// more waits until the journal has that many versions more: the faults strike between writes.
func (j *journal) more(t testing.TB, n int) {
	t.Helper()
	from := j.wrote()
	require.Eventually(t, func() bool { return j.wrote() >= from+n }, enough, 5*time.Millisecond)
}

// TestEveryVersionArrivesWhateverTheServerDoes kills the server, stops it, makes it step down and lets it fail commands while
// documents are written. Every version that was committed must come, once, in order, with images that chain.
func TestEveryVersionArrivesWhateverTheServerDoes(t *testing.T) {
	s := mongotest.Own(t)
	r := rigOn(t, s, true, "a")
	c := r.start()
	c.complete()
	j := r.keep("a", 3)
	for _, strike := range []struct {
		name string
		f    func()
	}{
		{"kill -9", func() { s.Kill(); require.NoError(t, s.Start()) }},
		{"kill -9, and back late", func() { s.Kill(); time.Sleep(2 * time.Second); require.NoError(t, s.Start()) }},
		{"stopped for a while", func() {
			require.NoError(t, s.Signal(syscall.SIGSTOP))
			time.Sleep(3 * time.Second)
			require.NoError(t, s.Signal(syscall.SIGCONT))
		}},
		{"step down", func() {
			_ = r.db.Client().Database("admin").RunCommand(t.Context(), bson.D{{Key: "replSetStepDown", Value: 1}, {Key: "force", Value: true}}).Err()
		}},
		{"connections cut", func() {
			r.fail(4, bson.D{{Key: "failCommands", Value: bson.A{"getMore", "aggregate", "update"}}, {Key: "closeConnection", Value: true}})
		}},
		{"not primary", func() {
			r.fail(4, bson.D{{Key: "failCommands", Value: bson.A{"getMore", "aggregate"}}, {Key: "errorCode", Value: 10107}, {Key: "errorLabels", Value: bson.A{"ResumableChangeStreamError"}}})
		}},
		{"refused", func() {
			r.fail(4, bson.D{{Key: "failCommands", Value: bson.A{"getMore", "aggregate"}}, {Key: "errorCode", Value: 11600}})
		}},
	} {
		j.more(t, 40)
		t.Log(strike.name)
		strike.f()
	}
	j.more(t, 100)
	j.stop()
	c.reach()
	c.stop()
	j.requireEvery(r, "a")
	rd := r.requireSame("a")
	t.Logf("%d versions, %d chained, %d sent again", j.wrote(), rd.chained, rd.sent)
	require.NotZero(t, rd.chained)
	r.requireWatermarksRise()
}

// TestEveryVersionArrivesWhenBothAreKilled kills capture and server in turn, so that a run begins where the server's own
// last moments lie.
func TestEveryVersionArrivesWhenBothAreKilled(t *testing.T) {
	s := mongotest.Own(t)
	r := rigOn(t, s, true, "a")
	c := r.start()
	c.complete()
	j := r.keep("a", 2)
	for range 3 {
		j.more(t, 60)
		c.kill()
		j.more(t, 10)
		s.Kill()
		require.NoError(t, s.Start())
		c = r.start()
	}
	j.more(t, 60)
	j.stop()
	c.reach()
	c.stop()
	j.requireEvery(r, "a")
	r.requireSame("a")
	r.requireWatermarksRise()
}

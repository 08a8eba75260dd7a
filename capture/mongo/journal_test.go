package mongo

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// gone stands in a key's history for a delete.
const gone = -1

// journal writes to a collection and remembers every version of every document that it wrote. A write that failed is done
// again until it is acknowledged; done twice it changes nothing the second time, so each version is committed once.
type journal struct {
	mu   sync.Mutex
	keys map[string][]int
	stop func()
}

// keep runs writers, each with documents of its own, until stop.
func (r *rig) keep(collection string, writers int) *journal {
	j := &journal{keys: map[string][]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	// A client that gives up soon: what it does not know the outcome of, it does again.
	client, err := mongo.Connect(options.Client().ApplyURI(r.cfg.URL).SetHeartbeatInterval(time.Second).SetServerSelectionTimeout(time.Second).SetTimeout(3 * time.Second))
	require.NoError(r.t, err)
	for i := range writers {
		all.Go(func() { j.write(ctx, client.Database(r.db.Name()).Collection(collection), i) })
	}
	j.stop = func() {
		cancel()
		all.Wait()
		_ = client.Disconnect(context.Background())
	}
	r.t.Cleanup(j.stop)
	return j
}

func (j *journal) write(ctx context.Context, c *mongo.Collection, writer int) {
	random := rand.New(rand.NewPCG(uint64(writer), 5))
	for n := 1; ctx.Err() == nil; n++ {
		key := fmt.Sprint("w", writer, "-", random.IntN(8))
		version := n
		if j.last(key) > 0 && random.IntN(6) == 0 {
			version = gone
		}
		for put(c, key, version) != nil {
			time.Sleep(20 * time.Millisecond)
		}
		j.mu.Lock()
		j.keys[key] = append(j.keys[key], version)
		j.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

func (j *journal) last(key string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if h := j.keys[key]; len(h) > 0 {
		return h[len(h)-1]
	}
	return 0
}

// wrote is how many versions were committed.
func (j *journal) wrote() (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, h := range j.keys {
		n += len(h)
	}
	return n
}

// put is not bounded by the journal's end: every write is done until its outcome is known.
func put(c *mongo.Collection, key string, version int) error {
	id := bson.D{{Key: "_id", Value: key}}
	if version == gone {
		_, err := c.DeleteOne(context.Background(), id)
		return err
	}
	_, err := c.UpdateOne(context.Background(), id, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: version}}}}, options.UpdateOne().SetUpsert(true))
	return err
}

// versions gives what a collection's topic says of each document, in order, each event once.
func (r *rig) versions(collection string) map[string][]int {
	all := map[string][]int{}
	for p := range 3 {
		var high position.Position
		for _, rec := range r.read(r.topic(collection), p) {
			if rec.header == nil || rec.header.Op == event.Marking || rec.header.Op == event.Read || !high.Before(rec.header.Version) {
				continue
			}
			high = rec.header.Version
			key, n := versionOf(r.t, rec)
			all[key] = append(all[key], n)
		}
	}
	return all
}

func versionOf(t testing.TB, rec record) (key string, n int) {
	var k struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(rec.key), &k), rec.key)
	require.NoError(t, json.Unmarshal([]byte(k.ID), &key), rec.key)
	if rec.header.Op == event.Delete {
		return key, gone
	}
	var e envelope
	require.NoError(t, json.Unmarshal([]byte(rec.value), &e), rec.value)
	var doc struct{ N int }
	require.NotNil(t, e.After, rec.value)
	require.NoError(t, json.Unmarshal([]byte(*e.After), &doc), *e.After)
	return key, doc.N
}

// requireEvery holds that the topic has every version that was written, in order, and no other.
func (j *journal) requireEvery(r *rig, collection string) {
	r.t.Helper()
	got := r.versions(collection)
	require.Len(r.t, got, len(j.keys))
	for key, want := range j.keys {
		require.Equal(r.t, want, got[key], "the versions of %s", key)
	}
}

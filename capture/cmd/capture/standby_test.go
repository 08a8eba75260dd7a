package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/serve"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// takeOver is the promise: a standby has the source within it.
const takeOver = 10 * time.Second

// A standby waits, takes over from a capture that is killed and from one that is stopped, and the stopped one, when it is let go
// again, is refused and ends with 6. No partition holds a record of an older session behind one of a newer, and without what was sent
// again the positions of each partition rise.
func TestStandbyOfPostgreSQL(t *testing.T) {
	s := ledger(t)
	conn := s.db.Dial()
	s.standby("pg.public.ledger", func(n int) error {
		_, err := conn.Exec(context.Background(), "INSERT INTO ledger VALUES ($1, 0)", n)
		return err
	})
}

func TestStandbyOfMongoDB(t *testing.T) {
	const contract = `{contract: 1, source: mongo, collection: standby.ledger, target: shop.ledger, key: [id], columns: [{name: id, path: _id, type: json}]}`
	s := newSite(t, []string{"kafka", "mongo"}, contract, func(url string) string { return fmt.Sprintf("mongo: {kind: mongodb, url: %q}", url) })
	t.Setenv("TIDEMARK_MONGO_URL", s.mongo)
	rows := mongotest.Client(t).Database("standby").Collection("ledger")
	s.standby("mongo.standby.ledger", func(n int) error {
		_, err := rows.InsertOne(context.Background(), bson.D{{Key: "_id", Value: n}})
		return err
	})
}

// standby plays the whole course against a source into which insert writes.
func (s *site) standby(topic string, insert func(n int) error) {
	var written atomic.Int64
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 1; ; n++ {
			select {
			case <-stop:
				stopped <- nil
				return
			case <-time.After(2 * time.Millisecond):
			}
			if err := insert(n); err != nil {
				stopped <- err
				return
			}
			written.Store(int64(n))
		}
	}()
	first := s.capture()
	first.phase(serve.Running)
	second := s.capture()
	second.phase(serve.Standby)
	s.sees(topic, int(written.Load())+100) // the first one goes on while the second waits
	require.Equal(s.t, serve.Standby, second.state().Phase)

	first.signal(syscall.SIGKILL)
	s.takesOver("kill -9", second, topic, &written)
	third := s.capture()
	third.phase(serve.Standby)
	s.sees(topic, int(written.Load())+100)

	second.signal(syscall.SIGSTOP)
	s.takesOver("SIGSTOP", third, topic, &written)
	second.signal(syscall.SIGCONT)
	code, log := second.exit()
	require.Equal(s.t, exitFenced, code, log)

	close(stop)
	require.NoError(s.t, <-stopped)
	s.sees(topic, int(written.Load()))
	third.signal(syscall.SIGTERM)
	code, log = third.exit()
	require.Equal(s.t, exitOK, code, log)
	s.inOrder(topic, int(written.Load()))
}

// takesOver waits until what is written from now on is in the topic.
func (s *site) takesOver(how string, p *process, topic string, written *atomic.Int64) {
	s.t.Helper()
	began := time.Now()
	p.phase(serve.Running)
	s.sees(topic, int(written.Load()))
	took := time.Since(began).Round(time.Millisecond)
	s.t.Logf("%s: the standby had taken over after %s", how, took)
	if os.Getenv("TIDEMARK_TEST_LONG") != "" { // on a machine that does nothing else
		require.Less(s.t, took, takeOver)
	}
}

// sees waits until the topic holds the row n.
func (s *site) sees(topic string, n int) {
	s.t.Helper()
	client := s.consumer(topic)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		fetched := client.PollFetches(ctx)
		require.NoError(s.t, ctx.Err(), "row %d does not come", n)
		for _, r := range fetched.Records() {
			if strings.Contains(string(r.Key), fmt.Sprintf(":%d}", n)) || strings.Contains(string(r.Key), fmt.Sprintf(`"%d"`, n)) {
				return
			}
		}
	}
}

func (s *site) consumer(topic string) *kgo.Client {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.brokers), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(100*time.Millisecond))
	require.NoError(s.t, err)
	return client
}

// inOrder reads the whole topic and looks at each partition's sessions and positions; each of the rows up to n must be there.
func (s *site) inOrder(topic string, n int) {
	s.t.Helper()
	client := s.consumer(topic)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var sessions, high, resent = map[int32]int16{}, map[int32]position.Position{}, 0
	keys, made := map[string]bool{}, map[string]bool{}
	for len(keys) < n {
		fetched := client.PollFetches(ctx)
		require.NoError(s.t, ctx.Err(), "%d rows of %d", len(keys), n)
		for _, r := range fetched.Records() {
			require.GreaterOrEqual(s.t, r.ProducerEpoch, sessions[r.Partition], "partition %d offset %d: a session that was shut out wrote", r.Partition, r.Offset)
			sessions[r.Partition] = r.ProducerEpoch
			if len(r.Headers) == 0 {
				continue
			}
			h, err := event.ParseHeader(r.Headers[0].Value)
			require.NoError(s.t, err)
			if h.Op == event.Marking {
				continue
			}
			if h.Version.Compare(high[r.Partition]) <= 0 && h.Op != event.Read {
				resent++
				continue
			}
			require.False(s.t, made[string(r.Key)] && h.Op == event.Create, "twice: %s", r.Key)
			made[string(r.Key)] = h.Op == event.Create
			keys[string(r.Key)], high[r.Partition] = true, h.Version
		}
	}
	s.t.Logf("%d rows, %d of them sent again, sessions %v", len(keys), resent, sessions)
}

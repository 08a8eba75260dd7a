package publish

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

func broker(t testing.TB) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(3))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func settings(t testing.TB, c *kfake.Cluster) Config {
	return Config{Source: "pg", Brokers: c.ListenAddrs(), Replication: 1, Partitions: 4,
		Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}}
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func open(t testing.TB, cfg Config) (*Publisher, *watermark.Watermark) {
	t.Helper()
	p, last, err := Open(within(t, 5*time.Minute), cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = p.Close(ctx)
	})
	return p, last
}

func table(t testing.TB, p *Publisher, name string) *Topic {
	t.Helper()
	tt, err := p.Topic(within(t, 20*time.Second), name)
	require.NoError(t, err)
	return tt
}

func at(commit uint64) Point {
	return Point{Position: position.Position{Commit: commit}, CommitTime: int64(commit), Complete: true}
}

func change(commit, ordinal uint64) event.Header {
	return event.Header{Version: position.Position{Commit: commit, Ordinal: ordinal}, Op: event.Create, CommitTime: int64(commit)}
}

// record is what a reader of another make (kafka-go's) sees.
type record struct {
	offset     int64
	key, value string
	null       bool
	header     event.Header
	marked     bool // has the header
}

// read gives all of a partition's records.
func read(t testing.TB, addrs []string, name string, p int) (all []record) {
	t.Helper()
	client := &kafka.Client{Addr: kafka.TCP(addrs...), Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}}
	ctx := within(t, 30*time.Second)
	var end int64
	require.NoError(t, persist(ctx, "read", func(ctx context.Context) error {
		b, err := topics.Admin{Client: client}.Bounds(ctx, name, p+1)
		if err == nil {
			end = b[p].End
		}
		return err
	}))
	for next := int64(0); next < end; {
		f, err := client.Fetch(ctx, &kafka.FetchRequest{Topic: name, Partition: p, Offset: next, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 100 * time.Millisecond})
		require.NoError(t, err)
		require.NoError(t, f.Error)
		for {
			rec, err := f.Records.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			if rec.Offset < next {
				continue
			}
			all = append(all, parse(t, rec))
			next = rec.Offset + 1
		}
	}
	return all
}

func parse(t testing.TB, rec *kafka.Record) record {
	key, err := kafka.ReadAll(rec.Key)
	require.NoError(t, err)
	value, err := kafka.ReadAll(rec.Value)
	require.NoError(t, err)
	out := record{offset: rec.Offset, key: string(key), value: string(value), null: rec.Value == nil}
	for _, h := range rec.Headers {
		require.Equal(t, event.HeaderKey, h.Key)
		out.header, err = event.ParseHeader(h.Value)
		require.NoError(t, err)
		out.marked = true
	}
	return out
}

func marks(t testing.TB, addrs []string) (all []*watermark.Watermark) {
	t.Helper()
	for _, r := range read(t, addrs, topic.Watermarks, 0) {
		w, err := watermark.Parse([]byte(r.value))
		require.NoError(t, err)
		require.Equal(t, w.Source, r.key)
		all = append(all, w)
	}
	return all
}

// lossy dials connections that lose answers: the request reaches the broker, and the
// connection breaks before the answer comes. It also breaks some before the request.
type lossy struct {
	mu     sync.Mutex
	random *rand.Rand
	on     atomic.Bool
	once   atomic.Bool // the next produce answer is lost
	lost   atomic.Int64
}

func (l *lossy) transport() *kafka.Transport {
	return &kafka.Transport{MetadataTTL: 100 * time.Millisecond, Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return &lossyConn{Conn: c, l: l}, err
	}}
}

func (l *lossy) roll(percent int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on.Load() && l.random.IntN(100) < percent
}

type lossyConn struct {
	net.Conn
	l       *lossy
	produce atomic.Bool
}

// Write sees the beginning of each request: its size, then its API key, 0 for produce.
func (c *lossyConn) Write(b []byte) (int, error) {
	if len(b) >= 6 && b[4] == 0 && b[5] == 0 {
		c.produce.Store(true)
		if c.l.roll(5) {
			c.l.lost.Add(1)
			c.Close()
			return 0, net.ErrClosed
		}
	}
	return c.Conn.Write(b)
}

func (c *lossyConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && c.produce.Load() && (c.l.once.CompareAndSwap(true, false) || c.l.roll(15)) {
		c.l.lost.Add(1)
		c.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

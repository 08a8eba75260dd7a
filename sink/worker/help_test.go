package worker

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/sink/applied"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/lookup"
	"github.com/tidemark-cdc/tidemark/sink/rows"
	"github.com/tidemark-cdc/tidemark/sink/serve"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// server stands in for ClickHouse: it remembers tokens and what raw holds.
type server struct {
	mu      sync.Mutex
	tokens  map[string]string // token -> what was sent under it
	offsets []uint64          // of raw's rows
	applied map[int]int64
	dead    [][2]string // key, token
	closed  proto.Input // outcomes of letters
	lost    bool        // forgets the next block's rows, but not its token
	staging staging
	// before and after are asked on the way into and out of an insert; an error stands for
	// a lost connection.
	before, after func(table, token string) error
}

func newServer() *server {
	return &server{tokens: map[string]string{}, applied: map[int]int64{}}
}

func (s *server) Open(context.Context) error { return nil }

func (s *server) Insert(_ context.Context, _, table string, in proto.Input, token string) error {
	s.mu.Lock()
	before, after := s.before, s.after
	s.mu.Unlock()
	if before != nil {
		if err := before(table, token); err != nil {
			return err
		}
	}
	err := s.take(table, in, token)
	if err == nil && after != nil {
		err = after(table, token)
	}
	return err
}

// forget is a memory of tokens that has turned over.
func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// obey takes the hooks away.
func (s *server) obey() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before, s.after = nil, nil
}

func (s *server) take(table string, in proto.Input, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch table {
	case "applied":
		next, partition := column[proto.ColUInt64](in, "next_offset"), column[proto.ColUInt16](in, "partition")
		for i := range *next {
			p := int((*partition)[i])
			s.applied[p] = max(s.applied[p], int64((*next)[i]))
		}
		return nil
	case "dead_letters":
		for i := range in[0].Data.Rows() {
			s.dead = append(s.dead, [2]string{column[proto.ColStr](in, "key").Row(i), token})
		}
		return nil
	}
	offsets := *column[proto.ColUInt64](in, "_offset")
	if strings.HasPrefix(table, "mend_") {
		s.staging.offsets = append([]uint64{}, offsets...)
		return nil
	}
	sent := fmt.Sprint(offsets, *column[proto.ColInt8](in, "_sign"))
	if was, again := s.tokens[token]; again {
		if was != sent {
			return &stop{fmt.Sprintf("token %q: other rows than before: %s, then %s", token, was, sent)}
		}
		return nil
	}
	s.tokens[token] = sent
	if s.lost {
		s.lost = false
		return nil
	}
	s.offsets = append(s.offsets, offsets...)
	return nil
}

func column[T any](in proto.Input, name string) *T {
	for _, c := range in {
		if c.Name == name {
			return c.Data.(any).(*T)
		}
	}
	panic(name)
}

// Query knows the few questions that a worker asks.
func (s *server) Query(_ context.Context, q clickhouse.Select) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if done, err := s.mending(q); done {
		return err
	}
	results := q.Result
	var p int
	switch {
	case strings.Contains(q.SQL, "ops.applied"):
		_, _ = fmt.Sscanf(q.SQL[strings.Index(q.SQL, "partition = "):], "partition = %d", &p)
		next, ok := s.applied[p]
		if !ok {
			return nil
		}
		results[0].Data.(*proto.ColStr).Append("inc1")
		results[1].Data.(*proto.ColUInt64).Append(uint64(next))
	case strings.HasPrefix(q.SQL, "INSERT INTO ops.dead_letters"):
		s.closed = append(s.closed, q.External[0].Data...)
		return nil
	case strings.Contains(q.SQL, "ops.dead_letters"):
		var below uint64
		_, _ = fmt.Sscanf(q.SQL[strings.Index(q.SQL, "offset < "):], "offset < %d", &below)
		for _, d := range s.dead {
			results[0].Data.(*proto.ColStr).Append(d[0])
			if len(results) > 1 {
				results[1].Data.(*proto.ColUInt128).Append(proto.UInt128{})
			}
		}
		if len(s.dead) > 0 {
			return q.OnBlock(len(s.dead))
		}
		return nil
	case strings.Contains(q.SQL, "BETWEEN"):
		results[0].Data.(*proto.ColUInt64).Append(uint64(s.between(q.SQL)))
	default:
		results[0].Data.(*proto.ColUInt64).Append(uint64(min(1, len(s.offsets))))
	}
	return q.OnBlock(1)
}

// between counts raw's rows of a range.
func (s *server) between(sql string) (n int) {
	var first, last uint64
	_, _ = fmt.Sscanf(sql[strings.Index(sql, "BETWEEN"):], "BETWEEN %d AND %d", &first, &last)
	for _, o := range s.offsets {
		if o >= first && o <= last {
			n++
		}
	}
	return n
}

type stop struct{ text string }

func (s *stop) Error() string   { return s.text }
func (s *stop) Retryable() bool { return false }

type lostConnection struct{}

func (lostConnection) Error() string   { return "connection lost" }
func (lostConnection) Retryable() bool { return true }

// nothing is a raw table without rows.
type nothing struct{}

func (nothing) Newest(context.Context, rows.Question, func(*rows.Images) error) error { return nil }
func (nothing) Buried(context.Context, rows.BuriedQuestion, func([]byte, position.Position)) error {
	return nil
}
func (nothing) Count(context.Context, lookup.Scope) (int, error)                   { return 0, nil }
func (nothing) Live(context.Context, lookup.Scope, func(*rows.Images) error) error { return nil }

// rig is a broker, a topic of one partition and a server.
type rig struct {
	t       *testing.T
	cluster *kfake.Cluster
	client  *kafka.Client
	topic   *sinktest.Topic
	src     *sinktest.Source
	server  *server
	limits  batch.Limits
	group   string
}

func newRig(t *testing.T) *rig {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(100*time.Millisecond))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	r := &rig{t: t, cluster: c, server: newServer(), src: sinktest.NewSource("t", 1, 7), group: "g",
		limits: batch.Limits{Rows: 10, Bytes: 1 << 20, Age: 10 * time.Millisecond, Patience: time.Second}}
	r.client = &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Transport: r.transport()}
	r.topic, err = sinktest.Create(t.Context(), r.client, r.src.Topic(), 1, "inc1")
	require.NoError(t, err)
	_, err = sinktest.Create(t.Context(), r.client, topic.DeadLetters, 1, "")
	require.NoError(t, err)
	return r
}

func (r *rig) transport() *kafka.Transport {
	tr := &kafka.Transport{MetadataTTL: 50 * time.Millisecond}
	r.t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func (r *rig) commit(n int) {
	r.src.Commit(n, r.topic.Put)
	require.NoError(r.t, r.topic.Flush(r.t.Context()))
}

func (r *rig) table(yaml string) *Table {
	all, err := contract.Load(fstest.MapFS{"t.yaml": {Data: []byte(yaml)}})
	require.NoError(r.t, err)
	pool, err := batch.NewPool(all[0])
	require.NoError(r.t, err)
	return &Table{Contract: all[0], Pool: pool}
}

// member is one sink: a membership, and workers on what it is assigned.
type member struct {
	cancel context.CancelFunc
	done   chan error
}

func (r *rig) start(s Store, change func(*Shared)) *member {
	ctx, cancel := context.WithCancel(r.t.Context())
	writer := applied.New(s)
	writer.Pause = time.Millisecond
	go writer.Run(r.t.Context())
	lease := NewLease(s, func(*contract.Contract) (Raw, error) { return nothing{}, nil })
	client := &kafka.Client{Addr: r.client.Addr, Transport: r.transport()}
	shared := &Shared{Group: r.group, Kafka: client, Broker: consume.Broker{Addr: client.Addr, Transport: client.Transport},
		Leases: NewLeases(lease), Applied: writer, Budget: batch.NewBudget(8<<20, 1), Limits: r.limits, Metrics: serve.NewMetrics(),
		Log: slog.New(slog.DiscardHandler), MaxBytes: 1 << 20, MaxWait: 20 * time.Millisecond, Grace: 0, Pause: time.Millisecond}
	if change != nil {
		change(shared)
	}
	table := r.table(sinktest.Contract("t"))
	g := &consume.Group{ID: r.group, Brokers: r.cluster.ListenAddrs(), Topics: []string{r.src.Topic()}, Client: client,
		Session: 2 * time.Second, Heartbeat: 20 * time.Millisecond, Rebalance: 500 * time.Millisecond, Backoff: 10 * time.Millisecond, Watch: time.Second}
	m := &member{cancel: cancel, done: make(chan error, 1)}
	go func() {
		m.done <- g.Run(ctx, func(ctx context.Context, a consume.Assignment) error { return New(shared, table, a).Run(ctx) })
	}()
	r.t.Cleanup(cancel)
	return m
}

func (m *member) stop(t *testing.T) {
	m.cancel()
	require.NoError(t, <-m.done)
}

// failed waits for the error that ends the member.
func (m *member) failed(t *testing.T) error {
	select {
	case err := <-m.done:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("the member goes on")
		return nil
	}
}

// exact waits until everything is applied and checks that raw has each row once.
func (r *rig) exact() {
	end := r.end()
	require.Eventually(r.t, func() bool {
		r.server.mu.Lock()
		defer r.server.mu.Unlock()
		return r.server.applied[0] == end
	}, 30*time.Second, 2*time.Millisecond)
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	require.Len(r.t, r.server.offsets, r.src.Signed)
}

func (r *rig) end() int64 {
	res, err := r.client.ListOffsets(r.t.Context(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{r.src.Topic(): {kafka.LastOffsetOf(0)}}})
	require.NoError(r.t, err)
	return res.Topics[r.src.Topic()][0].LastOffset
}

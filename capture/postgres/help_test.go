package postgres

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tidemark-cdc/tidemark/capture/postgres/pgtest"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const patience = 90 * time.Second

// rig is a database, a broker in the process and what a capture of the one into the other needs.
type rig struct {
	t       testing.TB
	db      *pgtest.Database
	kafka   *kfake.Cluster
	cfg     Config
	publish publish.Config
}

func newRig(t testing.TB, contracts []string, sql ...string) *rig {
	r := &rig{t: t, db: pgtest.New(t, sql...)}
	var err error
	r.kafka, err = kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(r.kafka.Close)
	r.cfg = Config{Name: "pg", URL: r.db.URL, Publication: "tidemark", Slot: r.db.Name, Contracts: parse(t, contracts...), Heartbeat: 500 * time.Millisecond}
	if os.Getenv("TIDEMARK_TEST_LOG") != "" {
		r.cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	r.publish = publish.Config{Source: "pg", Brokers: r.kafka.ListenAddrs(), Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}, Mark: time.Millisecond}
	return r
}

func parse(t testing.TB, texts ...string) (all []*contract.Contract) {
	for _, text := range texts {
		c, err := contract.Parse([]byte(text))
		require.NoError(t, err)
		all = append(all, c)
	}
	return all
}

// running is a capture that runs.
type running struct {
	*rig
	p      *publish.Publisher
	last   *watermark.Watermark
	cancel context.CancelFunc
	done   chan error
}

func (r *rig) start() *running {
	r.t.Helper()
	src, err := New(r.cfg)
	require.NoError(r.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	require.NoError(r.t, src.Lease(ctx))
	p, last, err := publish.Open(ctx, r.publish)
	require.NoError(r.t, err)
	run := &running{rig: r, p: p, last: last, cancel: cancel, done: make(chan error, 1)}
	go func() { run.done <- src.Run(ctx, p, last) }()
	r.t.Cleanup(func() { cancel(); run.closePublisher() })
	return run
}

func (r *running) closePublisher() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = r.p.Close(ctx)
}

// wait gives what Run returned.
func (r *running) wait() error {
	r.t.Helper()
	select {
	case err := <-r.done:
		r.closePublisher()
		return err
	case <-time.After(patience):
		require.FailNow(r.t, "the capture does not end")
		return nil
	}
}

// stop ends the capture in order.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	require.NoError(r.t, r.wait())
}

// reach waits until everything committed so far is published and confirmed.
func (r *running) reach() {
	r.t.Helper()
	cfg, err := pgx.ParseConfig(r.db.URL)
	require.NoError(r.t, err)
	cfg.RuntimeParams["statement_timeout"] = "0" // a test may set one for the database, to see that capture bears it
	conn, err := pgx.ConnectConfig(context.Background(), cfg)
	require.NoError(r.t, err)
	defer conn.Close(context.Background())
	var lsn int64
	require.NoError(r.t, conn.QueryRow(context.Background(), "SELECT (pg_current_wal_insert_lsn() - '0/0')::int8").Scan(&lsn))
	require.Eventually(r.t, func() bool {
		select {
		case err := <-r.done:
			require.FailNow(r.t, "the capture ended", "%v", err)
		default:
		}
		c := r.p.Confirmed()
		return c.Complete && c.Position.Commit >= uint64(lsn)
	}, patience, 5*time.Millisecond)
}

// record is a record of a table's topic.
type record struct {
	partition  int32
	key, value string
	tombstone  bool
	event.Header
}

// records reads a whole topic, partition by partition.
func (r *rig) records(topic string) (all []record) {
	r.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(100*time.Millisecond))
	require.NoError(r.t, err)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	byPartition := map[int][]record{}
	for left := r.ends(ctx, topic); left > 0; {
		fetched := client.PollFetches(ctx)
		require.NoError(r.t, ctx.Err())
		left -= int64(fetched.NumRecords())
		fetched.EachRecord(func(k *kgo.Record) {
			byPartition[int(k.Partition)] = append(byPartition[int(k.Partition)], r.record(k))
		})
	}
	for p := range len(byPartition) {
		all = append(all, byPartition[p]...)
	}
	return all
}

// ends is how many records a topic has.
func (r *rig) ends(ctx context.Context, topic string) (n int64) {
	client := &kafka.Client{Addr: kafka.TCP(r.kafka.ListenAddrs()...)}
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	require.NoError(r.t, err)
	var ask []kafka.OffsetRequest
	for _, p := range meta.Topics[0].Partitions {
		ask = append(ask, kafka.LastOffsetOf(p.ID))
	}
	offsets, err := client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: ask}})
	require.NoError(r.t, err)
	for _, p := range offsets.Topics[topic] {
		n += p.LastOffset
	}
	return n
}

func (r *rig) record(k *kgo.Record) record {
	out := record{partition: k.Partition, key: string(k.Key), value: string(k.Value), tombstone: k.Value == nil}
	if len(k.Headers) > 0 {
		require.Equal(r.t, event.HeaderKey, k.Headers[0].Key)
		var err error
		out.Header, err = event.ParseHeader(k.Headers[0].Value)
		require.NoError(r.t, err)
	}
	return out
}

// changes are the records of rows, without markers and tombstones.
func changes(all []record) (out []record) {
	for _, r := range all {
		if !r.tombstone && r.Op != event.Marking {
			out = append(out, r)
		}
	}
	return out
}

// member cuts `"before":{...}` or `"after":{...}` out of an envelope of flat rows.
func member(t testing.TB, value, name string) string {
	_, rest, ok := strings.Cut(value, `"`+name+`":`)
	require.True(t, ok, value)
	if strings.HasPrefix(rest, "null") {
		return "null"
	}
	end := strings.Index(rest, `},"`)
	require.Positive(t, end, value)
	return rest[:end+1]
}

func (r *rig) putWatermark(w *watermark.Watermark) {
	r.t.Helper()
	value, err := w.Encode()
	require.NoError(r.t, err)
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...))
	require.NoError(r.t, err)
	defer client.Close()
	require.NoError(r.t, client.ProduceSync(context.Background(), &kgo.Record{Topic: topic.Watermarks, Key: []byte(w.Source), Value: value}).FirstErr())
}

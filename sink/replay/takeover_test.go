package replay

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/mend"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

// newCopy makes a table with 100 rows, of which the current state has lost 10, and a
// whole copy of it that is about to be exchanged.
func newCopy(t *testing.T) (*clickhouse.Conn, *Record) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Ops(t, conn)
	name := fmt.Sprintf("replay_test_%d", rand.Uint32())
	c, err := contract.Parse([]byte(sinktest.Contract(name)))
	require.NoError(t, err)
	clickhousetest.Exec(t, conn, "CREATE DATABASE IF NOT EXISTS shop")
	require.NoError(t, tables.Migrate(t.Context(), conn, []*contract.Contract{c}))
	r := &Record{ID: newID(), Topic: c.Topic(), Kind: Rebuild, Phase: Building, Plan: Plan{Table: name, Parts: []Part{{Incarnation: "i", To: 100}}}}
	r.Database = prefix + r.ID
	t.Cleanup(func() {
		ctx := context.Background()
		for _, sql := range []string{"DROP VIEW shop." + name, "DROP TABLE current." + name + "_from_raw", "DROP TABLE current." + name, "DROP TABLE raw." + name} {
			_ = conn.Exec(ctx, sql+" SYNC")
		}
		_ = r.drop(ctx, conn)
		_ = r.remove(ctx, conn)
	})
	clickhousetest.Exec(t, conn, "INSERT INTO raw."+name+" (id, name, amount, updated_at, _sign, _version, _op, _commit_time, _incarnation, _partition, _offset) "+
		"SELECT number, 'n', 1, now64(6), 1, number + 1, 'c', now64(6), 'i', 0, number FROM numbers(100)")
	targets, err := mend.Targets(t.Context(), conn, "raw", name)
	require.NoError(t, err)
	require.NoError(t, r.create(t.Context(), conn, targets))
	clickhousetest.Exec(t, conn, "INSERT INTO "+r.raw()+" SELECT * FROM raw."+name, "ALTER TABLE current."+name+" DELETE WHERE id < 10 SETTINGS mutations_sync = 2")
	require.NoError(t, r.ready(t.Context(), conn))
	return conn, r
}

func shown(t *testing.T, conn *clickhouse.Conn, r *Record) uint64 {
	n, err := sinktest.Count(t.Context(), conn, "SELECT count() AS n FROM shop."+r.Plan.Table)
	require.NoError(t, err)
	return n
}

// A replay dies between two tables. The worker of partition 0 goes through with it; what
// the dead process may still send changes nothing.
func TestADeadExchangeIsGoneThroughWith(t *testing.T) {
	conn, r := newCopy(t)
	require.EqualValues(t, 90, shown(t, conn, r))
	r.Phase = Exchanging
	require.NoError(t, r.Write(t.Context(), conn, 0))
	p := r.Plan.Pairs[0]
	late := "EXCHANGE TABLES " + clickhouse.Table(p.Database, p.Name) + " AND " + r.table(p.Copy)
	clickhousetest.Exec(t, conn, late)

	w := &Watch{Connect: func() (*clickhouse.Conn, error) { return clickhouse.New(clickhousetest.Config(t)), nil }, Log: slog.New(slog.DiscardHandler)}
	held, err := w.Hold(t.Context(), r.Topic, 1)
	require.NoError(t, err)
	require.Equal(t, r.ID, held)
	held, err = w.Hold(t.Context(), r.Topic, 0)
	require.NoError(t, err)
	require.Equal(t, r.ID, held)
	require.Error(t, conn.Exec(t.Context(), late))
	held, err = w.Hold(t.Context(), r.Topic, 1)
	require.NoError(t, err)
	require.Empty(t, held)
	require.EqualValues(t, 100, shown(t, conn, r))
	for _, pair := range r.Plan.Pairs {
		now, _, err := identity(t.Context(), conn, pair.Database, pair.Name)
		require.NoError(t, err)
		require.Equal(t, pair.New, now)
	}
	// What is inserted now reaches the tables that were exchanged.
	clickhousetest.Exec(t, conn, "INSERT INTO raw."+r.Plan.Table+" (id, name, amount, updated_at, _sign, _version, _op, _commit_time, _incarnation, _partition, _offset) SELECT 1000, 'n', 1, now64(6), 1, 1000, 'c', now64(6), 'i', 0, 1000")
	require.EqualValues(t, 101, shown(t, conn, r))
}

// A replay that pauses has a say only while its lease lasts.
func TestADeadPauseIsOver(t *testing.T) {
	conn, r := newCopy(t)
	r.Phase = Pausing
	require.NoError(t, r.Write(t.Context(), conn, time.Minute))
	w := &Watch{Connect: func() (*clickhouse.Conn, error) { return clickhouse.New(clickhousetest.Config(t)), nil }, Every: 20 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
	go w.Run(t.Context())
	select {
	case <-w.Wanted(r.Topic):
	case <-time.After(time.Minute):
		t.Fatal("nobody was told")
	}
	held, err := w.Hold(t.Context(), r.Topic, 0)
	require.NoError(t, err)
	require.Equal(t, r.ID, held)
	require.NoError(t, r.Write(t.Context(), conn, 0))
	held, err = w.Hold(t.Context(), r.Topic, 0)
	require.NoError(t, err)
	require.Empty(t, held)
}

// A worker whose pause was over goes on, and may stand still again, elsewhere: what was
// copied up to the first place would lack what it wrote between.
func TestAWorkerThatWentOnEndsTheExchange(t *testing.T) {
	conn, r := newCopy(t)
	k := broker(t, r.Topic)
	const group = "sinks"
	commit := func(next int64, paused string) {
		err := ledger.New(k, ledger.Fence{Group: group, Generation: -1}, r.Topic, 0).Commit(t.Context(), ledger.Entry{Kind: ledger.Done, Next: next, Paused: paused})
		require.NoError(t, err)
	}
	commit(5, r.ID)
	at, waiting, err := r.standing(t.Context(), k, group)
	require.NoError(t, err)
	require.Empty(t, waiting)
	for _, paused := range []string{"", r.ID} {
		commit(9, paused)
		require.ErrorIs(t, r.exchanging(t.Context(), k, conn, group, at), ErrMoved)
		require.Equal(t, Building, r.Phase)
	}
	commit(5, r.ID)
	require.NoError(t, r.exchanging(t.Context(), k, conn, group, at))
	require.Equal(t, Exchanging, r.Phase)
}

// broker is one with a topic of one partition.
func broker(t *testing.T, topic string) *kafka.Client {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Transport: transport}
}

// An aggregate that is made while the copy is built would lack what the copy has.
func TestAnExchangeNeedsEveryView(t *testing.T) {
	conn, r := newCopy(t)
	name := r.Plan.Table
	clickhousetest.Exec(t, conn, "CREATE TABLE current."+name+"_more (n Int64) ENGINE = SummingMergeTree ORDER BY ()",
		"CREATE MATERIALIZED VIEW current."+name+"_more_mv TO current."+name+"_more AS SELECT sum(_sign) AS n FROM raw."+name)
	t.Cleanup(func() {
		_ = conn.Exec(context.Background(), "DROP TABLE current."+name+"_more_mv SYNC")
		_ = conn.Exec(context.Background(), "DROP TABLE current."+name+"_more SYNC")
	})
	require.ErrorIs(t, r.ready(t.Context(), conn), ErrViews)
}

// What compaction has folded is not missing; while tables are exchanged nothing is folded.
func TestAReplayKeepsClearOfCompaction(t *testing.T) {
	conn, r := newCopy(t)
	clickhousetest.Exec(t, conn, fmt.Sprintf("INSERT INTO ops.fold_horizon (table, incarnation, partition, offset, version) VALUES ('%s', 'i', 0, 39, 40)", r.Plan.Table))
	parts := []Part{{Incarnation: "i", To: 100}, {Incarnation: "i", Partition: 1, To: 10}}
	require.NoError(t, beyondFold(t.Context(), conn, r.Plan.Table, parts))
	require.EqualValues(t, 40, parts[0].Begin)
	require.EqualValues(t, 60, parts[0].Rows)
	require.Equal(t, "0/0/40", parts[0].HighWater)
	require.Zero(t, parts[1].Begin)

	r.Kind, r.Plan.Parts = Missing, parts
	require.NoError(t, r.unfolded(t.Context(), conn))
	clickhousetest.Exec(t, conn, fmt.Sprintf("INSERT INTO ops.fold_horizon (table, incarnation, partition, offset, version) VALUES ('%s', 'i', 0, 49, 50)", r.Plan.Table))
	require.ErrorIs(t, r.unfolded(t.Context(), conn), ErrFolded)
}

// A lease keeps a replay from exchanging tables until it has been let go or is over.
func TestAReplayWaitsForCompaction(t *testing.T) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Ops(t, conn)
	t.Cleanup(func() { _ = conn.Exec(context.Background(), "DROP TABLE IF EXISTS ops.compaction_lease SYNC") })
	for _, c := range []struct {
		comment string
		want    error
	}{
		{fmt.Sprintf(`{"holder": "h/1", "until": %d.5}`, time.Now().Add(time.Hour).Unix()), ErrCompacting},
		{fmt.Sprintf(`{"holder": "h/1", "until": %d.5}`, time.Now().Add(-time.Hour).Unix()), nil},
		{"made by hand", ErrCompacting},
	} {
		clickhousetest.Exec(t, conn, "CREATE TABLE ops.compaction_lease (held UInt8) ENGINE = Memory COMMENT "+clickhouse.Text(c.comment))
		require.ErrorIs(t, folding(t.Context(), conn), c.want)
		clickhousetest.Exec(t, conn, "DROP TABLE ops.compaction_lease SYNC")
	}
	require.NoError(t, folding(t.Context(), conn))
}

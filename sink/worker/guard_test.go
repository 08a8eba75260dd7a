package worker

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// While a range stays pending the other partitions wait at half the window, and nothing
// is sent any more close to all of it.
func TestGuardKeepsATokenRemembered(t *testing.T) {
	conn := clickhousetest.Connect(t)
	name := fmt.Sprintf("guard%d", time.Now().UnixNano())
	clickhousetest.Exec(t, conn, "CREATE DATABASE IF NOT EXISTS raw",
		"CREATE TABLE raw."+name+" (x UInt64) ENGINE = MergeTree ORDER BY x SETTINGS non_replicated_deduplication_window = 20")
	t.Cleanup(func() { _ = conn.Exec(context.Background(), "DROP TABLE raw."+name) })
	r := newRig(t)
	sealed := ledger.Entry{Kind: ledger.Sealed, Range: ledger.Range{Slices: 1, At: time.Now().Add(-time.Minute)}}
	r.adopt(0, sealed.Text())
	lease := NewLease(conn, func(*contract.Contract) (Raw, error) { return nothing{}, nil })
	g := &Guard{Topic: r.src.Topic(), Table: name, Group: r.group, Kafka: r.client, Leases: NewLeases(lease), Patience: time.Second,
		Partitions: func(context.Context) (int, error) { return 1, nil }, Log: slog.New(slog.DiscardHandler)}
	waits := func(partition int) bool {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		return g.allow(ctx, partition) == context.DeadlineExceeded
	}
	insert := func(n int) {
		for range n {
			clickhousetest.Exec(t, conn, "INSERT INTO raw."+name+" SELECT rand64()")
		}
	}
	require.NoError(t, g.look(t.Context()))
	require.False(t, waits(1))
	insert(11)
	require.NoError(t, g.look(t.Context()))
	require.True(t, waits(1), "another partition")
	require.False(t, waits(0), "the range itself is still tried")
	insert(9)
	require.NoError(t, g.look(t.Context()))
	require.ErrorIs(t, g.allow(t.Context(), 0), ErrStalled)
	require.ErrorIs(t, g.allow(t.Context(), 1), ErrStalled)

	r.adopt(1, ledger.Entry{Kind: ledger.Done, Next: 1}.Text())
	require.NoError(t, g.look(t.Context()))
	require.False(t, waits(1), "nothing is pending any more")
	require.NoError(t, g.allow(t.Context(), 0))
}

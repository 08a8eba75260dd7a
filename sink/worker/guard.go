package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// Guard keeps a table's inserts within what ClickHouse remembers (rule: stall-guard). It
// remembers the tokens of the newest blocks only: while a range stays sealed, the other
// partitions' blocks push its token out, and then a retry would be taken for new rows.
//
// Beyond half the window the other partitions wait, in every process that works on the
// table, because each looks at all commits of the group. The range itself is still tried.
// Close to the whole window nothing is sent any more: ErrStalled.
type Guard struct {
	Topic      string
	Partitions func(ctx context.Context) (int, error)
	Table      string // of raw
	Group      string
	Kafka      ledger.Client
	Leases     *Leases
	// Every is the time between looks, Patience how long a range may be pending before
	// blocks are counted.
	Every, Patience time.Duration
	Log             *slog.Logger

	// mending: some member mends a range, and no new one may begin (see giveWay).
	mending atomic.Bool

	mu      sync.Mutex
	old     map[int]bool // partitions whose range has been pending for long
	paused  bool
	stalled error
}

// Run looks until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	for failed := 0; ; {
		err := g.look(ctx)
		if failed++; err == nil {
			failed = 0
		}
		if failed > 2 && ctx.Err() == nil { // a coordinator that starts is no news
			g.Log.Warn("look for ranges that stay pending", "topic", g.Topic, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(g.Every):
		}
	}
}

// allow returns when the partition may send, or with ErrStalled.
func (g *Guard) allow(ctx context.Context, partition int) error {
	if g == nil {
		return nil
	}
	for {
		g.mu.Lock()
		stalled, wait := g.stalled, g.paused && !g.old[partition]
		g.mu.Unlock()
		if stalled != nil || !wait {
			return stalled
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (g *Guard) look(ctx context.Context) error {
	since, old, err := g.pending(ctx)
	if err != nil {
		return err
	}
	if len(old) == 0 {
		g.set(nil, false, nil)
		return nil
	}
	blocks, window, err := g.blocks(ctx, since)
	if err != nil {
		return err
	}
	var stalled error
	if blocks >= window-window/10 {
		stalled = fmt.Errorf("%w: %d blocks of raw.%s since %s, ClickHouse remembers %d", ErrStalled, blocks, g.Table, since.Format(time.RFC3339), window)
	}
	paused := blocks >= window/2
	if paused {
		g.Log.Warn("other partitions wait for a range that stays pending", "topic", g.Topic, "partitions", old, "blocks", blocks, "window", window)
	}
	g.set(old, paused, stalled)
	return nil
}

func (g *Guard) set(old map[int]bool, paused bool, stalled error) {
	g.mu.Lock()
	g.old, g.paused, g.stalled = old, paused, stalled
	g.mu.Unlock()
}

// pending gives the partitions whose range has been sealed for longer than Patience, and
// since when the oldest.
func (g *Guard) pending(ctx context.Context) (since time.Time, old map[int]bool, err error) {
	commits, err := g.commits(ctx)
	if err != nil {
		return since, nil, err
	}
	old = map[int]bool{}
	mending := false
	for _, p := range commits {
		e, err := ledger.Parse(p.Metadata)
		mending = mending || err == nil && e.Kind == ledger.Sealed && e.Range.Acked
		if err != nil || e.Kind != ledger.Sealed || time.Since(e.Range.At) < g.Patience {
			continue // a commit that cannot be read stops its own worker
		}
		old[p.Partition] = true
		if since.IsZero() || e.Range.At.Before(since) {
			since = e.Range.At
		}
	}
	g.mending.Store(mending)
	return since, old, nil
}

// blocks counts the blocks that raw has taken since a time, at most too many: parts
// that were merged since are counted as new. Block numbers rise with every part.
func (g *Guard) blocks(ctx context.Context, since time.Time) (blocks, window int64, err error) {
	var n, w proto.ColInt64
	sql := fmt.Sprintf(`SELECT toInt64(max(max_block_number)) - toInt64(maxIf(max_block_number, modification_time <= toDateTime(%d))) AS n,
	ifNull((SELECT toInt64OrZero(extract(engine_full, 'non_replicated_deduplication_window = (\\d+)')) FROM system.tables WHERE database = 'raw' AND name = %[2]s), 0) AS w
FROM system.parts WHERE database = 'raw' AND table = %[2]s`, since.Unix()-5, clickhouse.Text(g.Table))
	err = g.Leases.With(ctx, func(l *Lease) error {
		return l.Query(ctx, clickhouse.Select{SQL: sql, Result: proto.Results{{Name: "n", Data: &n}, {Name: "w", Data: &w}},
			OnBlock: func(int) error {
				blocks, window = n.Row(0), w.Row(0)
				return nil
			}})
	})
	if err == nil && window == 0 {
		window = 100 // it has no window, or hides it: expect little
	}
	return blocks, window, err
}

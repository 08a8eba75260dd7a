package bench

import (
	"context"
	"fmt"
	"os"

	"github.com/tidemark-cdc/tidemark/test/bench/ceiling"
	"github.com/tidemark-cdc/tidemark/test/bench/meter"
	"github.com/tidemark-cdc/tidemark/test/bench/report"
	"github.com/tidemark-cdc/tidemark/test/bench/store"
)

// blocks are the rows as the sink wrote them, 100,000 of one partition in each.
func (l *lab) blocks(ctx context.Context, db *store.Store) (blocks []ceiling.Block, err error) {
	const size = 100_000
	parts, err := db.Number(ctx, "SELECT toUInt64(max(_partition) + 1) AS n FROM raw.transactions")
	if err != nil {
		return nil, err
	}
	for p := range parts {
		for at := 0; ; at += size {
			b, err := db.Block(ctx, fmt.Sprintf("SELECT * FROM raw.transactions WHERE _partition = %d ORDER BY _offset LIMIT %d OFFSET %d", p, size, at))
			if err != nil {
				return nil, err
			}
			if b.Rows > 0 {
				blocks = append(blocks, b)
			}
			if b.Rows < size {
				break
			}
		}
	}
	return blocks, nil
}

// blockRun is the sink's ceiling.
func (l *lab) blockRun(ctx context.Context, db *store.Store, blocks []ceiling.Block, withViews bool) (report.Drain, error) {
	d := report.Drain{Program: "ready-made blocks", Ceiling: true}
	if _, err := l.migrated(ctx, db, withViews); err != nil {
		return d, err
	}
	server := l.host.PID(ctx, "clickhouse")
	self, _ := meter.Read(os.Getpid())
	before, _ := meter.Read(server)
	noise := meter.Listen()
	elapsed, err := store.Insert(ctx, l.host.ClickHouse(), sinkInserts, "raw", "transactions", blocks)
	if err != nil {
		return d, err
	}
	after, _ := meter.Read(server)
	selfAfter, _ := meter.Read(os.Getpid())
	var rows int64
	for _, b := range blocks {
		rows += int64(b.Rows)
	}
	d.BatchRows = float64(rows) / float64(len(blocks))
	d.Set(report.Measure{Rows: rows, Counted: rows, Elapsed: elapsed, Program: meter.Usage{CPU: selfAfter.CPU - self.CPU}, Server: after.CPU - before.CPU, Noise: noise})
	return d, nil
}

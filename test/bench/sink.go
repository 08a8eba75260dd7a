package bench

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"time"

	"github.com/tidemark-cdc/tidemark/test/bench/ceiling"
	"github.com/tidemark-cdc/tidemark/test/bench/meter"
	"github.com/tidemark-cdc/tidemark/test/bench/program"
	"github.com/tidemark-cdc/tidemark/test/bench/report"
	"github.com/tidemark-cdc/tidemark/test/bench/store"
)

//go:embed views.sql
var views string

// databases that the sink makes and the benchmark empties between runs.
var databases = []string{"raw", "current", "bench", "sales_state", "sales", "ops", "shop"}

// sinkInserts run at once in the sink, unless it is told otherwise.
const sinkInserts = 4

const countRaw = "SELECT count() AS n FROM raw.transactions"

// sink measures the sink on the topic of backlog A, with the aggregates and without, and
// the same rows as ready-made blocks into the same tables.
func (l *lab) sink(ctx context.Context, rows int64) error {
	db, err := store.Open(ctx, l.host.ClickHouse())
	if err != nil {
		return err
	}
	defer db.Close()
	var blocks []ceiling.Block
	for i := range 2 * l.opts.Repeat {
		withViews := i%2 == 0
		d, err := l.sinkRun(ctx, db, rows, withViews)
		if err != nil {
			return err
		}
		if blocks == nil {
			if blocks, err = l.blocks(ctx, db); err != nil {
				return err
			}
		}
		c, err := l.blockRun(ctx, db, blocks, withViews)
		if err != nil {
			return err
		}
		for _, r := range []report.Drain{c, d} {
			r.Stage, r.Case = report.Sink, "raw + current"
			if withViews {
				r.Case += " + 3 aggregates"
			}
			l.say("%s: %s: %.0f rows/s", r.Case, r.Program, r.Rate)
			l.report.Drains = append(l.report.Drains, r)
		}
	}
	return nil
}

// migrated empties ClickHouse and has the sink make its tables.
func (l *lab) migrated(ctx context.Context, db *store.Store, withViews bool) (*program.Program, error) {
	for _, name := range databases {
		if err := db.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" SYNC"); err != nil {
			return nil, err
		}
	}
	run := l.name("sink")
	p, err := program.Sink(l.host, program.SinkOptions{Run: run, Group: "bench-" + run, Contracts: l.host.Path("contracts"),
		Memory: l.opts.SinkMemory, Inserts: l.opts.SinkInserts})
	if err != nil {
		return nil, err
	}
	if err := p.Once(ctx, "migrate"); err != nil || !withViews {
		return p, err
	}
	return p, db.ExecAll(ctx, views)
}

func (l *lab) sinkRun(ctx context.Context, db *store.Store, rows int64, withViews bool) (report.Drain, error) {
	d := report.Drain{Program: report.Sink}
	p, err := l.migrated(ctx, db, withViews)
	if err != nil {
		return d, err
	}
	server, kafka := l.host.PID(ctx, "clickhouse"), l.host.PID(ctx, "kafka")
	serverBefore, _ := meter.Read(server)
	kafkaBefore, _ := meter.Read(kafka)
	noise := meter.Listen()
	process, err := p.Start()
	if err != nil {
		return d, err
	}
	defer process.Stop()
	goal := progress{
		want: uint64(rows), count: func() (uint64, error) { return db.Number(ctx, countRaw) }, every: 50 * time.Millisecond,
		// Not from the first rows on: by then a batch of every partition is on its way.
		began: func() bool { return process.Ready(ctx) },
	}
	m, err := goal.follow(ctx, process)
	if err != nil {
		return d, err
	}
	serverAfter, _ := meter.Read(server)
	kafkaAfter, _ := meter.Read(kafka)
	m.Server, m.Broker, m.Noise = serverAfter.CPU-serverBefore.CPU, kafkaAfter.CPU-kafkaBefore.CPU, noise
	d.Set(m)
	if n, err := process.Metric(ctx, "tidemark_sink_inserts_total"); err == nil && n > 0 {
		d.BatchRows = float64(rows) / n
	}
	process.Stop()
	return d, l.wholeSink(ctx, db, rows)
}

// wholeSink refuses figures of a sink that did not do all of its work.
func (l *lab) wholeSink(ctx context.Context, db *store.Store, rows int64) error {
	for what, sql := range map[string]string{
		"rows in raw":                   countRaw,
		"rows in the table that's read": "SELECT count() AS n FROM bench.transactions",
		"keys in raw":                   "SELECT uniqExact(id) AS n FROM raw.transactions",
	} {
		n, err := db.Number(ctx, sql)
		if err != nil {
			return err
		}
		if n != uint64(rows) {
			return fmt.Errorf("the sink is wrong: %d %s, want %d", n, what, rows)
		}
	}
	return nil
}

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

package bench

import (
	"context"
	_ "embed"
	"fmt"
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

package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/test/bench/backlog"
	"github.com/tidemark-cdc/tidemark/test/bench/delay"
	"github.com/tidemark-cdc/tidemark/test/bench/host"
	"github.com/tidemark-cdc/tidemark/test/bench/meter"
	"github.com/tidemark-cdc/tidemark/test/bench/program"
	"github.com/tidemark-cdc/tidemark/test/bench/report"
	"github.com/tidemark-cdc/tidemark/test/bench/store"
)

// live is the source whose changes are timed; it has a database of its own, so that
// nothing of the backlogs is in its topics.
const live = "live"

// latency times single changes at a steady rate, once for each age of a batch.
func (l *lab) latency(ctx context.Context) error {
	if err := l.liveDatabase(ctx); err != nil {
		return err
	}
	contracts := l.host.Path("contracts-live")
	if err := backlog.WriteContracts(contracts, live); err != nil {
		return err
	}
	p, err := program.Capture(l.host, program.CaptureOptions{Run: l.name("capture"), Source: live, Database: live, Contracts: contracts, Transport: host.Unix})
	if err != nil {
		return err
	}
	capture, err := p.Start()
	if err != nil {
		return err
	}
	defer capture.Stop()
	if err := l.complete(ctx, capture, live); err != nil {
		return err
	}
	for i, age := range l.opts.Ages {
		if err := l.timed(ctx, capture, contracts, age, int64(i)*1_000_000_000); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) liveDatabase(ctx context.Context) error {
	admin, err := pgx.Connect(ctx, l.host.Admin("postgres"))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "create database "+live); err != nil {
		return fmt.Errorf("make the database %s: %w", live, err)
	}
	db, err := pgx.Connect(ctx, l.host.Admin(live))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer db.Close(ctx)
	return backlog.Create(ctx, db)
}

// timed runs a sink with one age of batches; ids begin behind first.
func (l *lab) timed(ctx context.Context, capture *program.Process, contracts string, age time.Duration, first int64) error {
	name := "sink's own batches"
	if age > 0 {
		name = "batches of " + age.String()
	}
	l.say("timing %d changes per second for %s, %s", l.opts.Rate, l.opts.For, name)
	db, err := store.Open(ctx, l.host.ClickHouse())
	if err != nil {
		return err
	}
	defer db.Close()
	sink, err := l.liveSink(ctx, db, contracts, age)
	if err != nil {
		return err
	}
	defer sink.Stop()
	run := delay.Run{
		URL: l.host.Admin(live), First: first, Rate: l.opts.Rate, Warm: l.opts.Warm, For: l.opts.For, Patience: patience,
		Broker: l.broker, Topic: topics(live)[0], Store: db, Table: "bench.transactions",
	}
	noise, spent := meter.Listen(), meter.Spent(map[string]int{"capture": capture.PID(), "sink": sink.PID(), "bench": os.Getpid(),
		"kafka": l.host.PID(ctx, "kafka"), "clickhouse": l.host.PID(ctx, "clickhouse")})
	toTopic, toTable, err := run.Do(ctx)
	busy, cores := noise.Others(0), spent.Cores()
	if err := errors.Join(err, capture.Check(), sink.Check()); err != nil {
		return err
	}
	l.report.Delays = append(l.report.Delays, times(toTopic, "topic", name, l.opts.Rate, busy, cores), times(toTable, "ClickHouse", name, l.opts.Rate, busy, cores))
	return nil
}

func (l *lab) liveSink(ctx context.Context, db *store.Store, contracts string, age time.Duration) (*program.Process, error) {
	for _, name := range databases {
		if err := db.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" SYNC"); err != nil {
			return nil, err
		}
	}
	run := l.name("sink")
	p, err := program.Sink(l.host, program.SinkOptions{Run: run, Group: "bench-" + run, Contracts: contracts, Age: age})
	if err != nil {
		return nil, err
	}
	if err := p.Once(ctx, "migrate"); err != nil {
		return nil, err
	}
	sink, err := p.Start()
	if err != nil {
		return nil, err
	}
	return sink, sink.AwaitReady(ctx)
}

func times(d delay.Times, to, name string, rate int, busy float64, cores map[string]float64) report.Delay {
	return report.Delay{Case: name, To: to, Rate: float64(rate), Changes: d.Count(), Lost: d.Lost,
		P50: d.Quantile(0.5), P90: d.Quantile(0.9), P99: d.Quantile(0.99), Max: d.Quantile(1), Busy: busy, Cores: cores}
}

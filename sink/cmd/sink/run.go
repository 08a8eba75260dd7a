package main

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/sink/applied"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/lookup"
	"github.com/tidemark-cdc/tidemark/sink/replay"
	"github.com/tidemark-cdc/tidemark/sink/restore"
	"github.com/tidemark-cdc/tidemark/sink/serve"
	"github.com/tidemark-cdc/tidemark/sink/tables"
	"github.com/tidemark-cdc/tidemark/sink/watermarks"
	"github.com/tidemark-cdc/tidemark/sink/worker"
)

type runCmd struct{}

// process is everything that `sink run` holds.
type process struct {
	*app
	shared  *worker.Shared
	tables  map[string]*worker.Table
	client  *kafka.Client
	dialer  *kafka.Dialer
	conns   []*clickhouse.Conn
	metrics *serve.Metrics
	health  *serve.Health
	parts   *restore.Watch
}

// Run applies changes until ctx ends.
func (runCmd) Run(ctx context.Context, a *app) error {
	p := &process{app: a, tables: map[string]*worker.Table{}, metrics: serve.NewMetrics(), health: new(serve.Health)}
	contracts, err := a.LoadContracts()
	if err != nil {
		return &coded{exitUsage, "", err}
	}
	for _, c := range contracts {
		pool, err := batch.NewPool(c)
		if err != nil {
			return &coded{exitUsage, "", err}
		}
		p.tables[c.Topic()] = &worker.Table{Contract: c, Pool: pool}
	}
	if err := serve.HTTP(ctx, a.HTTP, p.metrics, p.health); err != nil {
		return &coded{exitUsage, "choose another --http", err}
	}
	if err := p.connect(ctx, contracts); err != nil {
		return err
	}
	defer p.close()
	return p.work(ctx)
}

// connect reaches both servers and checks that the tables are there.
func (p *process) connect(ctx context.Context, contracts []*contract.Contract) (err error) {
	if p.client, p.dialer, err = p.kafkaClient(ctx); err != nil {
		return err
	}
	first, err := p.clickHouse(ctx)
	if err != nil {
		return err
	}
	p.conns = append(p.conns, first)
	if err := restore.Attach(ctx, first, p.log); err != nil {
		return err
	}
	missing, err := tables.Plan(ctx, first, contracts)
	if err == nil && len(missing) == 0 {
		err = fixedTables(ctx, first)
	}
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("%d statements of the contracts' tables were not run, such as: %.120s", len(missing), missing[0])
	}
	if err != nil {
		return &coded{exitTables, "run 'sink migrate' (with --plan to see what it would do)", err}
	}
	for len(p.conns) < p.ClickHouse.Inserts {
		conn, err := p.ClickHouse.Conn()
		if err != nil {
			return &coded{exitUsage, "", err}
		}
		p.conns = append(p.conns, conn)
	}
	return deadletter.EnsureTopic(ctx, p.client, p.Kafka.Replicas)
}

func (p *process) close() {
	for _, c := range p.conns {
		_ = c.Close() // nothing is in flight any more
	}
}

// work joins the group until ctx ends or, with --stop=process, a partition stops.
func (p *process) work(ctx context.Context) error {
	done, cancel := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx: the last batches are still written down
	defer cancel()
	if err := p.share(done); err != nil {
		return err
	}
	topics := []string{topic.Watermarks}
	for t := range p.tables {
		topics = append(topics, t)
	}
	g := &consume.Group{ID: p.Kafka.Group, Brokers: p.Kafka.Brokers, Topics: topics, Dialer: p.dialer, Client: p.client,
		Session: p.Kafka.Session, Heartbeat: p.Kafka.Session / 10, Rebalance: 2*p.Kafka.Session + p.Kafka.Grace, Log: p.log,
		Joined: func(generation, partitions int) {
			p.metrics.Joined(generation, partitions)
			p.health.Joined()
		},
		Failed: func(error) { p.metrics.Retried("join") }}
	err := g.Run(ctx, p.one)
	p.log.Info("left the consumer group", "group", p.Kafka.Group)
	p.parts.Finish(done)
	return err
}

// share makes what the workers share.
func (p *process) share(ctx context.Context) error {
	appliedConn, err := p.ClickHouse.Conn()
	if err != nil {
		return &coded{exitUsage, "", err}
	}
	p.conns = append(p.conns, appliedConn)
	writer := applied.New(appliedConn)
	writer.Retried = func(err error) {
		p.metrics.Retried("insert applied")
		p.log.Warn("trying again", "attempt", "insert applied", "error", err)
	}
	go writer.Run(ctx)
	p.shared = p.newShared(writer)
	watch := &replay.Watch{Connect: p.ClickHouse.Conn, Every: time.Second, Log: p.log}
	go watch.Run(ctx)
	p.parts = &restore.Watch{Connect: p.ClickHouse.Conn, Every: 2 * time.Second, Log: p.log}
	go p.parts.Run(ctx)
	p.shared.Parts = p.parts
	for t, table := range p.tables {
		table.Guard = &worker.Guard{Topic: t, Table: table.Contract.Target.Table, Group: p.Kafka.Group, Kafka: p.client,
			Leases: p.shared.Leases, Every: 5 * time.Second, Patience: 10 * time.Second, Log: p.log,
			Partitions: func(ctx context.Context) (int, error) { return p.partitions(ctx, t) }}
		go table.Guard.Run(ctx)
		table.Pauses = watch
	}
	return nil
}

func (p *process) partitions(ctx context.Context, name string) (int, error) {
	res, err := p.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{name}})
	if err != nil {
		return 0, fmt.Errorf("partitions of %s: %w", name, err)
	}
	return len(res.Topics[0].Partitions), nil
}

func (p *process) newShared(writer *applied.Writer) *worker.Shared {
	var leases []*worker.Lease
	for _, c := range p.conns[:p.ClickHouse.Inserts] {
		leases = append(leases, worker.NewLease(c, func(ct *contract.Contract) (worker.Raw, error) { return lookup.New(c, ct) }))
	}
	return &worker.Shared{Group: p.Kafka.Group, Kafka: p.client,
		Broker: consume.Broker{Addr: p.client.Addr, Transport: p.client.Transport},
		Leases: worker.NewLeases(leases...), Applied: writer, Replicated: p.ClickHouse.Cluster != "",
		Budget: batch.NewBudget(int64(p.Batch.Memory), 8*len(p.tables)), Limits: p.Batch.Limits(), Metrics: p.metrics, Log: p.log,
		MaxBytes: int32(p.Kafka.Fetch), MaxWait: 500 * time.Millisecond, Grace: p.Kafka.Grace, Pause: 100 * time.Millisecond}
}

// one works on one partition for as long as its generation lives.
func (p *process) one(ctx context.Context, a consume.Assignment) error {
	name := fmt.Sprintf("%s/%d", a.Topic, a.Partition)
	p.health.Start(name)
	var err error
	if a.Topic == topic.Watermarks {
		err = p.copyWatermarks(ctx, a)
	} else {
		err = worker.New(p.shared, p.tables[a.Topic], a).Run(ctx)
	}
	if err == nil || ctx.Err() != nil {
		return nil
	}
	class, hint := worker.Classify(err)
	p.metrics.Failed(string(class))
	if p.Stop == "process" {
		return err
	}
	p.log.Error("partition stopped: "+err.Error(), "topic", a.Topic, "partition", a.Partition, "class", string(class), "do", hint)
	p.health.Stop(name, err)
	p.metrics.Partition(a.Topic, a.Partition).Stopped.Set(1)
	<-ctx.Done() // the others go on; a new generation or a restart tries again
	p.metrics.Lost(a.Topic, a.Partition)
	return nil
}

func (p *process) copyWatermarks(ctx context.Context, a consume.Assignment) error {
	conn, err := p.ClickHouse.Conn()
	if err != nil {
		return err
	}
	defer conn.Close()
	return watermarks.Copier{Kafka: p.client, Broker: p.shared.Broker, To: conn, Group: p.Kafka.Group,
		Age: min(p.Batch.Age, 200*time.Millisecond), MaxWait: p.shared.MaxWait, Log: p.log,
		Retried: func(attempt string, err error) {
			p.metrics.Retried(attempt)
			p.log.Warn("trying again", "attempt", attempt, "error", err)
		},
		Unread: func(rec *consume.Record, err error) {
			p.metrics.Dead(a.Topic, "malformed")
			p.log.Error("a record of the watermarks' topic is passed over", "offset", rec.Offset, "error", err)
		},
	}.Run(ctx, a)
}

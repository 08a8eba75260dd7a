package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/applied"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

type adoptCmd struct {
	Topic     string `arg:"" help:"A contract's topic, such as pg.public.orders."`
	Partition int    `arg:"" help:"Its partition."`
	At        int64  `default:"-1" placeholder:"OFFSET" help:"Commit that everything below OFFSET is in ClickHouse and nothing from it on. All sinks of the group must be stopped."`
	Lost      bool   `help:"Commit behind records that the topic no longer holds: at its first one, also where it was made anew. What it held must be read from the source again ('capture resnapshot'); until then the loss stands among the dead letters. All sinks of the group must be stopped."`
}

// situation is what the three places say about a partition.
type situation struct {
	first, end  int64 // of the topic
	commit      string
	committed   int64
	entry       ledger.Entry
	known       bool // entry was read
	applied     map[string]int64
	incarnation string // of what was applied
	now         string // of the topic, where its first record says so
	rows, above uint64 // in raw; those at or above --at
	low, high   uint64 // offsets in raw
	version     position.Position
}

// Run shows what the topic, the commit, ops.applied and raw say, and commits when told.
func (c adoptCmd) Run(ctx context.Context, a *app) error {
	ct, err := a.contractOf(c.Topic)
	if err != nil {
		return err
	}
	client, _, err := a.kafkaClient(ctx)
	if err != nil {
		return err
	}
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	s, err := c.look(ctx, a, client, conn, ct)
	if err != nil {
		return err
	}
	c.print(a, ct, s)
	switch {
	case c.Lost:
		return c.passOver(ctx, a, client, conn, ct, s)
	case c.At < 0:
		return nil
	}
	return c.adopt(ctx, a, client, conn, s, c.entry(s))
}

func (a *app) contractOf(topic string) (*contract.Contract, error) {
	all, err := a.LoadContracts()
	if err != nil {
		return nil, &coded{exitUsage, "", err}
	}
	for _, c := range all {
		if c.Topic() == topic {
			return c, nil
		}
	}
	return nil, &coded{exitUsage, "", fmt.Errorf("no contract in %s has the topic %s", a.Contracts, topic)}
}

func (c adoptCmd) look(ctx context.Context, a *app, client *kafka.Client, conn *clickhouse.Conn, ct *contract.Contract) (s situation, err error) {
	ends, err := client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		c.Topic: {kafka.FirstOffsetOf(c.Partition), kafka.LastOffsetOf(c.Partition)}}})
	if err != nil {
		return s, fmt.Errorf("offsets of %s/%d: %w", c.Topic, c.Partition, err)
	}
	for _, p := range ends.Topics[c.Topic] {
		s.first, s.end = p.FirstOffset, p.LastOffset
	}
	commits, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: a.Kafka.Group, Topics: map[string][]int{c.Topic: {c.Partition}}})
	if err == nil {
		err = commits.Error
	}
	if err != nil {
		return s, fmt.Errorf("commit of %s/%d: %w", c.Topic, c.Partition, err)
	}
	for _, p := range commits.Topics[c.Topic] {
		s.committed, s.commit = p.CommittedOffset, p.Metadata
	}
	if s.entry, err = ledger.Parse(s.commit); err == nil {
		s.known, s.incarnation = true, s.entry.State.Incarnation
	}
	if s.applied, err = applied.Read(ctx, conn, c.Topic, c.Partition); err != nil {
		return s, err
	}
	if s.now, err = c.opened(ctx, client, s); err != nil {
		return s, err
	}
	if c.Lost {
		c.At = s.first
	}
	return s, c.inRaw(ctx, conn, ct, &s)
}

func (c adoptCmd) inRaw(ctx context.Context, conn *clickhouse.Conn, ct *contract.Contract, s *situation) error {
	var rows, above, low, high proto.ColUInt64
	var version proto.ColUInt128
	var incarnation proto.ColStr
	below := "1"
	if c.At >= 0 {
		below = fmt.Sprintf("_offset < %d", c.At)
		if now := cmp.Or(s.now, s.incarnation); now != "" { // offsets of an older topic say nothing
			below = fmt.Sprintf("(%s OR _incarnation != %s)", below, clickhouse.Text(now))
		}
	}
	sql := fmt.Sprintf(`SELECT count() AS n, countIf(NOT (%s)) AS above, min(_offset) AS low, max(_offset) AS high, maxIf(_version, %[1]s) AS version,
	CAST(argMax(_incarnation, _version), 'String') AS incarnation FROM %s WHERE _partition = %d`, below, clickhouse.Table("raw", ct.Target.Table), c.Partition)
	return conn.Query(ctx, clickhouse.Select{SQL: sql, Result: proto.Results{{Name: "n", Data: &rows}, {Name: "above", Data: &above},
		{Name: "low", Data: &low}, {Name: "high", Data: &high}, {Name: "version", Data: &version}, {Name: "incarnation", Data: &incarnation}},
		OnBlock: func(int) error {
			s.rows, s.above, s.low, s.high = rows.Row(0), above.Row(0), low.Row(0), high.Row(0)
			s.version = position.FromUInt128(version.Row(0).High, version.Row(0).Low)
			if s.incarnation == "" {
				s.incarnation = incarnation.Row(0)
			}
			return nil
		}})
}

func (c adoptCmd) print(a *app, ct *contract.Contract, s situation) {
	_, _ = fmt.Fprintf(a.out, "topic        %s/%d holds offsets %d to %d\n", c.Topic, c.Partition, s.first, s.end-1)
	_, _ = fmt.Fprintf(a.out, "commit       %d %q\n", s.committed, s.commit)
	for i, next := range s.applied {
		_, _ = fmt.Fprintf(a.out, "ops.applied  everything below %d, incarnation %q\n", next, i)
	}
	_, _ = fmt.Fprintf(a.out, "raw.%s  %d rows of this partition", ct.Target.Table, s.rows)
	if s.rows > 0 {
		_, _ = fmt.Fprintf(a.out, ", offsets %d to %d, newest version %s, incarnation %q", s.low, s.high, s.version, s.incarnation)
	}
	_, _ = fmt.Fprintln(a.out)
}

// entry is the commit that a worker would have written.
func (c adoptCmd) entry(s situation) ledger.Entry {
	e := ledger.Entry{Kind: ledger.Done, Next: c.At, State: ledger.State{HighWater: s.version, Incarnation: s.incarnation}}
	if s.known {
		e.State.Window = s.entry.State.Window // a snapshot that is open stays open
	}
	return e
}

func (c adoptCmd) adopt(ctx context.Context, a *app, client *kafka.Client, conn *clickhouse.Conn, s situation, e ledger.Entry) error {
	switch {
	case s.above > 0:
		return fmt.Errorf("raw holds %d rows at or above offset %d: they would come twice", s.above, c.At)
	case c.At < s.first || c.At > s.end:
		return fmt.Errorf("offset %d is not in the topic, which holds %d to %d", c.At, s.first, s.end-1)
	}
	l := ledger.New(client, ledger.Fence{Group: a.Kafka.Group, Generation: -1}, c.Topic, c.Partition)
	if err := l.Commit(ctx, e); err != nil {
		if errors.Is(err, ledger.ErrRefused) {
			return &coded{exitOperator, "stop every sink of the group and wait until its session is over", err}
		}
		return err
	}
	if err := c.agree(ctx, conn, s, e.State.Incarnation); err != nil {
		return fmt.Errorf("the commit is written, ops.applied is not: run this again: %w", err)
	}
	a.log.Info("adopted", "topic", c.Topic, "partition", c.Partition, "commit", e.Text())
	return nil
}

// agree makes ops.applied say what the commit says.
func (c adoptCmd) agree(ctx context.Context, conn *clickhouse.Conn, s situation, incarnation string) error {
	if incarnation == s.incarnation && s.applied[s.incarnation] > c.At {
		err := conn.Exec(ctx, fmt.Sprintf("DELETE FROM ops.applied WHERE topic = %s AND partition = %d AND next_offset > %d", clickhouse.Text(c.Topic), c.Partition, c.At))
		if err != nil {
			return err
		}
	}
	if c.At == 0 {
		return nil
	}
	return conn.Exec(ctx, fmt.Sprintf("INSERT INTO ops.applied (topic, partition, incarnation, first_offset, last_offset, next_offset, rows, version, table) VALUES (%s, %d, %s, %d, %[4]d, %d, 0, toUInt128('%s'), '')",
		clickhouse.Text(c.Topic), c.Partition, clickhouse.Text(incarnation), c.At-1, c.At, decimal(s.version)))
}

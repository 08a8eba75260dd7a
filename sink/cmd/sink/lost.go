package main

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// opened is the incarnation that the topic's first record names; "" where it names none.
func (c adoptCmd) opened(ctx context.Context, client *kafka.Client, s situation) (incarnation string, err error) {
	if s.first == s.end {
		return "", nil
	}
	broker := consume.Broker{Addr: client.Addr, Transport: client.Transport}
	err = consume.One(ctx, broker, c.Topic, c.Partition, s.first, func(rec *consume.Record) error {
		if m, err := event.ParseMarker(rec.Value); err == nil && m.Kind == event.TopicOpened {
			incarnation = m.Incarnation
		}
		return nil
	})
	return incarnation, err
}

// passOver commits behind what the topic no longer holds, so that it is known: what raw
// holds of any key may be older than what comes next, until a snapshot has ended; and the
// loss stands among the dead letters, so that the tidemark shows it.
func (c adoptCmd) passOver(ctx context.Context, a *app, client *kafka.Client, conn *clickhouse.Conn, ct *contract.Contract, s situation) error {
	if s.committed < 0 { // the brokers drop a topic's commits with the topic
		s.committed = s.applied[s.incarnation]
	}
	anew := s.now != "" && s.incarnation != "" && s.now != s.incarnation
	what := fmt.Sprintf("offsets %d to %d were deleted before they were read", s.committed, s.first-1)
	switch {
	case anew:
		what = fmt.Sprintf("the topic was made anew (was %s; is %s): all from offset %d of the old one on", s.incarnation, s.now, s.committed)
	case s.committed > s.end:
		return &coded{exitOperator, "delete the topic, so that its next one counts its offsets anew, and run 'capture resnapshot' for its table; then this again",
			fmt.Errorf("the topic ends at %d, below what was applied (%d), and is not a new one", s.end, s.committed)}
	case s.committed >= s.first:
		return fmt.Errorf("the topic still holds offset %d, at which the commit stands: nothing is lost", s.committed)
	}
	c.At = s.first
	e := ledger.Entry{Kind: ledger.Done, Next: c.At, State: ledger.State{HighWater: newest(s.entry.State.HighWater, s.version),
		Incarnation: s.incarnation, Opened: s.entry.State.Opened, Floor: s.entry.State.Floor}}
	if anew {
		e.State.Incarnation, e.State.Opened = s.now, s.first
	}
	e.State.Gap = newest(e.State.HighWater, position.Position{Ordinal: 1})
	letter := deadletter.Letter{Source: ct.Source, Topic: c.Topic, Incarnation: s.incarnation, Partition: c.Partition, Offset: s.committed,
		Version: e.State.Gap, Table: "raw." + ct.Target.Table, Reason: deadletter.ReasonLost, Err: what, Schema: ct.ID()}
	if err := deadletter.Insert(ctx, conn, []deadletter.Letter{letter}, ""); err != nil {
		return err
	}
	if err := c.adopt(ctx, a, client, conn, s, e); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.out, "lost         %s\n\nIf that was not done yet: `capture resnapshot --source %s --table %s --yes`.\nWhen the snapshot has ended: `sink deadletters give-up %s --why 'read again'`.\n",
		what, ct.Source, ct.Name(), letter.ID())
	return nil
}

func newest(a, b position.Position) position.Position {
	if a.Before(b) {
		return b
	}
	return a
}

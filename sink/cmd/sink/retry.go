package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

type deadlettersRetry struct {
	ID     []string      `arg:"" optional:"" help:"Letters by topic/partition/offset, as the list prints them."`
	Topic  string        `help:"Those of a topic."`
	Table  string        `help:"Those of a table, such as orders or raw.orders."`
	Reason string        `help:"Those with a reason, such as range or missing."`
	All    bool          `help:"All unresolved ones."`
	DryRun bool          `help:"Only say what would be sent."`
	Force  bool          `help:"Also what the contract still refuses, and what was sent again and is not settled yet."`
	Wait   time.Duration `default:"30s" help:"How long to wait for what becomes of them; 0: not at all (default: ${default})."`
	JSON   bool          `help:"One JSON object per letter."`
}

// Help is kong's: it follows the flags.
func (deadlettersRetry) Help() string {
	return `Puts the records of dead letters into their topics again, in the order in which they failed. The sink applies each only where what it holds of the key is older, so that the result is as if the record had never failed: a letter whose key has changed since is found superseded.

Mend the cause first: the contract, then 'sink migrate', then restart the sinks, which read contracts when they start. A letter that the contract with the same id has refused is not sent without --force.

Examples:
  sink deadletters retry --table orders --reason range --dry-run
  sink deadletters retry pg.public.orders/3/1042
  sink deadletters retry --all --wait 5m

Exit codes: 0 all were resolved; 1 some failed again or are not settled yet; 4 some were not sent, the reason is printed.`
}

// fate is what is to be done with a letter, and why not.
type fate struct {
	deadletter.Kept
	refused string
}

var errRefused = errors.New("some dead letters were not sent again")

// Run sends letters again and waits for what becomes of them.
func (c deadlettersRetry) Run(ctx context.Context, a *app) error {
	letters, err := c.chosen(ctx, a)
	if err != nil {
		return err
	}
	fates, send, err := c.judge(a, letters)
	if err != nil {
		return err
	}
	if !c.DryRun && len(send) > 0 {
		if send, err = c.send(ctx, a, send); err != nil {
			return err
		}
	}
	return c.report(a, fates, send)
}

// chosen reads the letters that the flags name.
func (c deadlettersRetry) chosen(ctx context.Context, a *app) ([]deadletter.Kept, error) {
	if len(c.ID) == 0 && c.Topic == "" && c.Table == "" && c.Reason == "" && !c.All {
		return nil, &coded{exitUsage, "", errors.New("name letters, or say --topic, --table, --reason or --all")}
	}
	if len(c.ID) == 0 {
		return a.deadLetters(ctx, deadletter.Filter{Topic: c.Topic, Table: c.Table, Reason: c.Reason})
	}
	var all []deadletter.Kept
	for _, id := range c.ID {
		if _, _, _, err := deadletter.ParseID(id); err != nil {
			return nil, &coded{exitUsage, "", err}
		}
		some, err := a.deadLetters(ctx, deadletter.Filter{ID: id})
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			return nil, fmt.Errorf("there is no dead letter %s", id)
		}
		all = append(all, some...)
	}
	return all, nil
}

// judge says of each letter whether it may be sent.
func (c deadlettersRetry) judge(a *app, letters []deadletter.Kept) (fates []fate, send []deadletter.Kept, err error) {
	contracts, err := a.LoadContracts()
	if err != nil {
		return nil, nil, &coded{exitUsage, "", err}
	}
	ids := map[string]uint32{}
	for _, ct := range contracts {
		ids[ct.Topic()] = ct.ID()
	}
	for _, l := range letters {
		id, known := ids[l.Topic]
		f := fate{Kept: l, refused: c.refusal(&l, id, known)}
		if fates = append(fates, f); f.refused == "" {
			send = append(send, l)
		}
	}
	return fates, send, nil
}

func (c deadlettersRetry) refusal(l *deadletter.Kept, contract uint32, known bool) string {
	switch {
	case l.Resolved:
		return "it is " + string(l.State) + ": " + l.Resolution
	case l.Sendable() != nil:
		return l.Sendable().Error() + "; if it is no record of capture's, 'sink deadletters give-up' it"
	case !known:
		return "no contract has its topic"
	case c.Force:
		return ""
	case l.State == deadletter.StateRetried:
		return l.Resolution + ", and not settled yet: are the sinks running? --force sends it once more"
	case l.Schema == contract && l.Reason != string(rows.Toast):
		return fmt.Sprintf("the contract that refused it (id %08x) has not changed: mend it, run 'sink migrate', restart the sinks; --force sends it all the same", contract)
	}
	return ""
}

// send sends and waits; it gives the letters with what became of them.
func (c deadlettersRetry) send(ctx context.Context, a *app, letters []deadletter.Kept) ([]deadletter.Kept, error) {
	client, _, err := a.kafkaClient(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	err = deadletter.Send(ctx, client, letters, func(sent []deadletter.Kept) error { return deadletter.MarkSent(ctx, conn, sent) })
	if err != nil {
		return nil, fmt.Errorf("%w: run it again, a record that is sent twice is applied once", err)
	}
	return deadletter.Await(ctx, conn, letters, c.Wait)
}

// report prints what became of every letter.
func (c deadlettersRetry) report(a *app, fates []fate, sent []deadletter.Kept) error {
	became := map[string]*deadletter.Kept{}
	for i := range sent {
		became[sent[i].Incarnation+sent[i].ID()] = &sent[i]
	}
	t := newTable(a.out, table.Row{"id", "reason", "attempt", "outcome", ""})
	counts := map[string]int{}
	var printing []deadletter.Kept
	for _, f := range fates {
		l, outcome, why := &f.Kept, "not sent", f.refused
		if s := became[f.Incarnation+f.ID()]; s != nil {
			l, outcome, why = s, string(s.State), s.Resolution
			if c.DryRun {
				outcome, why = "would be sent", ""
			}
		}
		counts[outcome]++
		l.Resolution = why
		printing = append(printing, *l)
		t.AppendRow(table.Row{l.ID(), l.Reason, l.Again.Attempt + 1, outcome, brief(why, 100)})
	}
	if c.JSON {
		if err := printJSON(a.out, printing); err != nil {
			return err
		}
	} else {
		t.AppendFooter(table.Row{fmt.Sprintf("%d dead letters", len(fates))})
		t.Render()
	}
	return c.verdict(counts)
}

func (c deadlettersRetry) verdict(counts map[string]int) error {
	switch {
	case c.DryRun:
		return nil
	case counts["not sent"] > 0:
		return &coded{exitOperator, "", fmt.Errorf("%w: %d", errRefused, counts["not sent"])}
	case counts[string(deadletter.StateFailed)] > 0:
		return fmt.Errorf("%d dead letters failed again: 'sink deadletters list' shows why", counts[string(deadletter.StateFailed)])
	case counts[string(deadletter.StateRetried)] > 0 && c.Wait > 0:
		return fmt.Errorf("%d dead letters were sent again and are not settled after %s: are the sinks running?", counts[string(deadletter.StateRetried)], c.Wait)
	}
	return nil
}

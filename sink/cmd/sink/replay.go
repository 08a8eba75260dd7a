package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/replay"
)

type replayCmd struct {
	Topic     string `arg:"" help:"A contract's topic, such as pg.public.orders."`
	Partition []int  `help:"Only these partitions." placeholder:"N,..."`
	From      string `placeholder:"OFFSET|TIME" help:"From here on: an offset, or a time such as 2026-11-27T08:00:00Z."`
	To        string `placeholder:"OFFSET|TIME" help:"Up to here, exclusive. Never beyond what the sinks have applied."`
	DryRun    bool   `help:"Only say what would be read and what raw holds of it; with --missing also compare, row by row."`
	Missing   bool   `help:"Fill in what raw lacks, and set what raw feeds to what raw says."`
	Rebuild   bool   `help:"Build raw, the current state and the aggregates anew and exchange them, while the sinks go on."`
	Into      string `placeholder:"DATABASE" help:"Build a second copy in a database of its own."`
	Base      string `default:"topic" enum:"topic,snapshot" help:"Begin at the topic's beginning, or at the newest snapshot that it holds (default: ${default})."`
	GiveUp    bool   `help:"Remove what a replay that was broken off has built."`
	JSON      bool   `help:"Print JSON."`
}

// Help is kong's: it follows the flags.
func (replayCmd) Help() string {
	return `Without one of --missing, --rebuild and --into it only looks. A replay that was broken off is gone on with when it is called again; --give-up removes it without a trace.

Readers see the old tables until the new ones are complete. For the exchange the sinks of the topic stand still, some seconds: their own process does not end. A topic whose beginning is gone (retention) cannot be rebuilt from itself: --base snapshot begins at the newest whole snapshot; ask for one with 'capture resnapshot'.

Examples:
  sink replay pg.public.orders --dry-run --from 2026-11-26T00:00:00Z
  sink replay pg.public.orders --missing
  sink replay pg.public.orders --rebuild
  sink replay pg.public.orders --into yesterday --to 2026-11-01T00:00:00Z

Exit codes: 0 done; 1 failed; 2 wrong usage; 4 a person has to act: the topic's beginning is gone, rows of raw are not what the topic gives, or another replay is under way; 5 a server cannot be reached.`
}

// Run replays.
func (c replayCmd) Run(ctx context.Context, a *app) error {
	want, err := c.want()
	if err != nil {
		return &coded{exitUsage, "", err}
	}
	r, err := c.prepare(ctx, a)
	if err != nil {
		return err
	}
	if want.Kind == "" && !c.GiveUp {
		return c.look(ctx, a, r, want.Range)
	}
	defer r.Close()
	if c.GiveUp {
		return c.giveUp(ctx, a, r)
	}
	if err := r.Open(ctx, want); err != nil {
		return hinted(err)
	}
	return hinted(c.work(ctx, a, r))
}

// want reads the flags.
func (c replayCmd) want() (w replay.Want, err error) {
	kinds := 0
	for kind, set := range map[replay.Kind]bool{replay.Missing: c.Missing, replay.Rebuild: c.Rebuild, replay.Into: c.Into != ""} {
		if set {
			w.Kind = kind
			kinds++
		}
	}
	w.Range.Partitions, w.Base, w.Database = c.Partition, replay.Base(c.Base), c.Into
	if w.Range.From, err = bound(c.From); err == nil {
		w.Range.To, err = bound(c.To)
	}
	part := c.From != "" || c.To != "" || len(c.Partition) > 0
	switch {
	case err != nil:
		return w, err
	case kinds > 1:
		return w, errors.New("choose one of --missing, --rebuild and --into")
	case w.Kind == replay.Rebuild && part:
		return w, errors.New("--rebuild takes the whole topic: --from, --to and --partition do not go with it")
	case w.Kind == replay.Into && c.From != "":
		return w, errors.New("--into begins at the topic's beginning, or with --base snapshot: --from does not go with it")
	case w.Kind == replay.Missing && w.Base == replay.BaseSnapshot:
		return w, errors.New("--missing compares with what raw holds: --base does not go with it")
	case c.DryRun && (w.Kind == replay.Rebuild || w.Kind == replay.Into):
		w.Kind = "" // what would be read is what is looked at
	}
	return w, nil
}

// bound reads an offset or a time.
func bound(text string) (b replay.Bound, err error) {
	if text == "" {
		return b, nil
	}
	b.Set = true
	if b.Offset, err = strconv.ParseInt(text, 10, 64); err == nil && b.Offset >= 0 {
		return b, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if b.Time, err = time.Parse(layout, text); err == nil {
			return b, nil
		}
	}
	return b, fmt.Errorf("%q is neither an offset nor a time such as 2026-11-27T08:00:00Z", text)
}

// prepare reaches the servers.
func (c replayCmd) prepare(ctx context.Context, a *app) (*replay.Run, error) {
	ct, err := a.contractOf(c.Topic)
	if err != nil {
		return nil, err
	}
	client, _, err := a.kafkaClient(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := fixedTables(ctx, conn); err != nil {
		return nil, &coded{exitTables, "run 'sink migrate'", err}
	}
	limits := a.Batch.Limits()
	limits.Age, limits.Patience = time.Minute, time.Minute // nobody waits for a batch's rows
	return &replay.Run{Kafka: client, Group: a.Kafka.Group, Contract: ct, Options: replay.Options{
		Broker: consume.Broker{Addr: client.Addr, Transport: client.Transport}, Connect: a.ClickHouse.Conn, Inserts: a.ClickHouse.Inserts,
		Limits: limits, Memory: int64(a.Batch.Memory), Fetch: int32(a.Kafka.Fetch), Log: a.log, Progress: bar(a.errout)}}, nil
}

// bar draws progress on a terminal, and nothing anywhere else.
func bar(w io.Writer) func(done, total int64) {
	var b *progressbar.ProgressBar
	return func(done, total int64) {
		if b == nil {
			b = progressbar.NewOptions64(max(total, 1), progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("records"),
				progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200*time.Millisecond),
				progressbar.OptionSetVisibility(isTerminal(w)), progressbar.OptionClearOnFinish())
		}
		b.ChangeMax64(max(total, 1))
		_ = b.Set64(done) // a bar that cannot be drawn stops nothing
	}
}

func (c replayCmd) giveUp(ctx context.Context, a *app, r *replay.Run) error {
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	ids, err := replay.GiveUp(ctx, conn, c.Topic)
	if err != nil {
		return hinted(err)
	}
	_, _ = fmt.Fprintf(a.out, "%d replays of %s given up %v\n", len(ids), c.Topic, ids)
	return nil
}

// hinted says what to do about a replay's failure.
func hinted(err error) error {
	for known, hint := range map[error]string{
		replay.ErrCut:        "what retention has taken must come from the source again: 'capture resnapshot', then --rebuild --base snapshot. --missing works for what the topic still holds",
		replay.ErrEarlier:    "those rows' topic is gone; --base snapshot rebuilds from the newest snapshot of this one",
		replay.ErrHeld:       "see ops.replays; one that has died can be gone on with after half a minute",
		replay.ErrNotStill:   "start the sinks, or look at /readyz for a partition that stopped, then run this again: what was built is kept",
		replay.ErrMoved:      "run it again: what was built is kept",
		replay.ErrViews:      "run it with --give-up and begin anew: the copy lacks a view",
		replay.ErrBuilding:   "wait until 'aggregate apply' has ended",
		replay.ErrFolded:     "run this again: it looks above what is folded",
		replay.ErrCompacting: "wait until it has ended, then run this again: what was built is kept",
		replay.ErrForeign:    "look at the tables that ops.replays names in plan",
		replay.ErrNoSnapshot: "capture resnapshot --table, then run this again",
		errDiffer:            "--rebuild makes raw what the topic says",
	} {
		if errors.Is(err, known) {
			return &coded{exitOperator, hint, err}
		}
	}
	return err
}

var errDiffer = errors.New("raw holds rows that are not what the topic gives")

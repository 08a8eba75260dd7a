package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/watermark"
	"github.com/tidemark-cdc/tidemark/test/bench/backlog"
	"github.com/tidemark-cdc/tidemark/test/bench/host"
	"github.com/tidemark-cdc/tidemark/test/bench/program"
)

// source of the backlogs in capture's configuration.
const source = "pg"

var transports = []host.Transport{host.Unix, host.TCP}

// load is a backlog and the state of capture before it.
type load struct {
	backlog.Backlog
	before *watermark.Watermark
}

// drains measures capture on both backlogs, and the sink on the topic of the first one
// while that topic holds it exactly once.
func (l *lab) drains(ctx context.Context) error {
	if err := backlog.Create(ctx, l.db); err != nil {
		return err
	}
	if err := backlog.WriteContracts(l.host.Path("contracts"), source); err != nil {
		return err
	}
	if err := l.begin(ctx); err != nil {
		return err
	}
	a, err := l.load(ctx, "bench_a", func(slot string) (backlog.Backlog, error) {
		return backlog.Inserts(ctx, l.db, slot, 0, l.opts.Rows)
	})
	if err != nil {
		return err
	}
	if err := l.firstDrain(ctx, a); err != nil || !l.opts.has("capture") {
		return err
	}
	if err := l.repeat(ctx, a, 1); err != nil {
		return err
	}
	b, err := l.load(ctx, "bench_b", func(slot string) (backlog.Backlog, error) {
		return backlog.Mixed(ctx, l.db, slot, l.opts.Rows, l.opts.Transactions)
	})
	if err != nil {
		return err
	}
	return l.repeat(ctx, b, 0)
}

// firstDrain fills the topics and has the sink drain them.
func (l *lab) firstDrain(ctx context.Context, a *load) error {
	if err := l.drain(ctx, a, transports[0]); err != nil {
		return err
	}
	size, err := l.broker.MeanValue(ctx, topics(source)[0], 1000)
	if err != nil {
		return err
	}
	l.report.Backlogs[0].ValueBytes = size
	if l.opts.has("sink") {
		return l.sink(ctx, a.Changes)
	}
	return nil
}

// repeat drains a load over each transport as often as asked; done says how many drains
// were measured already.
func (l *lab) repeat(ctx context.Context, b *load, done int) error {
	for i := done; i < l.opts.Repeat*len(transports); i++ {
		if err := l.drain(ctx, b, transports[i%len(transports)]); err != nil {
			return err
		}
	}
	return nil
}

// begin lets capture take up the empty tables: its slot then lies before all that follows.
func (l *lab) begin(ctx context.Context) error {
	l.say("letting capture take up the empty tables")
	return l.takeUp(ctx, program.CaptureOptions{Source: source, Database: "shop", Contracts: l.host.Path("contracts"), Transport: host.Unix})
}

// takeUp runs capture until its watermark is complete.
func (l *lab) takeUp(ctx context.Context, o program.CaptureOptions) error {
	o.Run = l.name("capture")
	p, err := program.Capture(l.host, o)
	if err != nil {
		return err
	}
	process, err := p.Start()
	if err != nil {
		return err
	}
	defer process.Stop()
	return l.complete(ctx, process, o.Source)
}

func (l *lab) complete(ctx context.Context, p *program.Process, source string) error {
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if err := p.Check(); err != nil {
			return err
		}
		if w, err := l.broker.Watermark(ctx, source); err == nil && w != nil && w.Complete {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return fmt.Errorf("capture has taken up nothing after %s\n%s", patience, p.Tail())
}

// load makes a backlog behind a copy of capture's slot.
func (l *lab) load(ctx context.Context, slot string, fill func(slot string) (backlog.Backlog, error)) (*load, error) {
	w, err := l.broker.Watermark(ctx, source)
	if err != nil {
		return nil, err
	}
	if err := backlog.CopySlot(ctx, l.db, program.Slot(source), slot); err != nil {
		return nil, err
	}
	l.say("making the backlog behind %s", slot)
	b, err := fill(slot)
	if err != nil {
		return nil, err
	}
	l.report.Backlogs = append(l.report.Backlogs, b.Backlog)
	return &load{Backlog: b, before: w}, nil
}

package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/tidemark-cdc/tidemark/test/bench/backlog"
	"github.com/tidemark-cdc/tidemark/test/bench/ceiling"
	"github.com/tidemark-cdc/tidemark/test/bench/host"
	"github.com/tidemark-cdc/tidemark/test/bench/meter"
	"github.com/tidemark-cdc/tidemark/test/bench/program"
	"github.com/tidemark-cdc/tidemark/test/bench/report"
)

// drain measures the ceilings and capture on one load over one transport, one right
// after the other, so that what else the machine does meets them alike.
func (l *lab) drain(ctx context.Context, b *load, t host.Transport) error {
	steps := []func(context.Context, *load, host.Transport) (report.Drain, error){l.recvLogical, l.reader, l.capture}
	if !l.opts.has("capture") {
		steps = steps[2:] // only to fill the topic
	}
	for _, step := range steps {
		d, err := step(ctx, b, t)
		if err != nil {
			return err
		}
		if d.Rows == 0 {
			continue
		}
		d.Stage, d.Case = report.Capture, b.Name+", "+string(t)
		l.say("%s: %s: %.0f rows/s", d.Case, d.Program, d.Rate)
		if l.opts.has("capture") {
			l.report.Drains = append(l.report.Drains, d)
		}
	}
	return nil
}

const scratch = "bench_scratch"

// recvLogical is the ceiling, where the program is installed.
func (l *lab) recvLogical(ctx context.Context, b *load, t host.Transport) (report.Drain, error) {
	path := l.host.PostgresProgram("pg_recvlogical")
	if path == "" {
		return report.Drain{}, nil
	}
	if err := backlog.CopySlot(ctx, l.db, b.Slot, scratch); err != nil {
		return report.Drain{}, err
	}
	args, env := l.host.PostgresArgs(t, "shop")
	r := ceiling.RecvLogical{Program: path, Args: args, Env: env, Slot: scratch, Publication: "tidemark", End: b.End}
	noise := meter.Listen()
	elapsed, startup, used, server, err := r.Run(ctx, l.walsender(ctx, scratch))
	if err != nil {
		return report.Drain{}, err
	}
	d := report.Drain{Program: "pg_recvlogical", Ceiling: true}
	d.Set(report.Measure{Rows: b.Changes, Counted: b.Changes, Elapsed: elapsed, Startup: startup, Program: used, Server: server.CPU, Noise: noise})
	return d, backlog.DropSlot(ctx, l.db, scratch)
}

// reader is a minimal reader in Go: the ceiling where there is no pg_recvlogical. It is a
// process of its own, so that its CPU time and memory are its own.
func (l *lab) reader(ctx context.Context, b *load, t host.Transport) (report.Drain, error) {
	if err := backlog.CopySlot(ctx, l.db, b.Slot, scratch); err != nil {
		return report.Drain{}, err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "read", scratch, fmt.Sprint(b.Changes))
	cmd.Env = append(os.Environ(), "TIDEMARK_POSTGRES_URL="+l.host.Postgres(t, "shop"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	noise := meter.Listen()
	server := meter.Follow(l.walsender(ctx, scratch))
	used, err := ceiling.Command(cmd)
	sent := server.Last()
	if err != nil {
		return report.Drain{}, fmt.Errorf("the minimal reader: %w", err)
	}
	elapsed, err := time.ParseDuration(out.String())
	if err != nil {
		return report.Drain{}, fmt.Errorf("the minimal reader: %w", err)
	}
	d := report.Drain{Program: "minimal Go reader", Ceiling: l.host.PostgresProgram("pg_recvlogical") == ""}
	d.Set(report.Measure{Rows: b.Changes, Counted: b.Changes, Elapsed: elapsed, Program: used, Server: sent.CPU, Noise: noise})
	return d, backlog.DropSlot(ctx, l.db, scratch)
}

// walsender opens a connection of its own: it is asked from another goroutine.
func (l *lab) walsender(ctx context.Context, slot string) func() int {
	return backlog.WalsenderOf(ctx, l.host.Admin("shop"), slot)
}

// capture puts the slot and the watermark back to where the load begins and has capture
// publish it: what it does after a crash, when nothing of it was confirmed.
func (l *lab) capture(ctx context.Context, b *load, t host.Transport) (d report.Drain, err error) {
	if err := l.broker.Rewind(ctx, b.before); err != nil {
		return d, err
	}
	if err := backlog.CopySlot(ctx, l.db, b.Slot, program.Slot(source)); err != nil {
		return d, err
	}
	p, err := program.Capture(l.host, program.CaptureOptions{Run: l.name("capture"), Source: source, Database: "shop", Contracts: l.host.Path("contracts"), Transport: t})
	if err != nil {
		return d, err
	}
	goal := progress{want: uint64(b.Records), count: l.recordsSince(ctx), every: 20 * time.Millisecond}
	kafka := l.host.PID(ctx, "kafka")
	before, _ := meter.Read(kafka)
	noise := meter.Listen()
	sender := meter.Follow(l.walsender(ctx, program.Slot(source)))
	process, err := p.Start()
	if err != nil {
		return d, err
	}
	defer process.Stop()
	m, err := goal.follow(ctx, process)
	if err != nil {
		return d, err
	}
	after, _ := meter.Read(kafka)
	m.Server, m.Broker = sender.Last().CPU, after.CPU-before.CPU
	m.Rows, m.Noise = b.Changes, noise
	m.Counted = m.Counted * b.Changes / b.Records // tombstones are no changes
	d.Program = report.Capture
	d.Set(m)
	process.Stop()
	if n, err := goal.count(); err == nil && n > uint64(b.Records) {
		l.note("capture published %d records more than backlog %s has (%s).", n-uint64(b.Records), b.Name, t)
	}
	return d, nil
}

// recordsSince counts what the topics got from now on.
func (l *lab) recordsSince(ctx context.Context) func() (uint64, error) {
	start, err := l.broker.Count(ctx, topics(source)...)
	return func() (uint64, error) {
		if err != nil {
			return 0, err
		}
		n, err := l.broker.Count(ctx, topics(source)...)
		return uint64(max(n-start, 0)), err
	}
}

package mutants

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// Scenario is a fault, or none, that a rule is there for. It returns when the fault is
// over; the harness then waits for what is still on its way and asks the validators.
type Scenario struct {
	Name       string
	Partitions int
	play       func(ctx context.Context, l *line) error
}

// The scenarios with a sink alone.
var (
	// Changes without before images, and batches that come twice.
	Flow = Scenario{"changes flow, some without before images, some sent twice", 2, flow}
	// A snapshot is read again after deletions, and the table is truncated.
	Sweep = Scenario{"a snapshot read again, then a truncate", 2, sweep}
	// ClickHouse gets no insert, and the sink dies.
	Refused = Scenario{"inserts do not arrive, the sink is killed", 1, refused}
	// ClickHouse carries an insert out, the sink never hears of it and tries again.
	Unheard = Scenario{"the answer to an insert is lost", 1, unheard}
	// As before, and the sink dies; the next one would cut its batches elsewhere.
	UnheardKilled = Scenario{"the answer to an insert is lost, the sink is killed", 1, unheardKilled}
	// A sink sleeps through its session with an insert to be tried again.
	Zombie = Scenario{"a sink stopped beyond its session wakes up", 1, zombie}
)

func flow(ctx context.Context, l *line) error {
	l.src.Unchained = 0.2
	if _, err := l.start(l.direct()); err != nil {
		return err
	}
	for range 4 {
		if err := l.write(ctx, 500, 10); err != nil {
			return err
		}
		if err := l.topic.Again(ctx); err != nil {
			return err
		}
		if err := l.applied(ctx, patience); err != nil { // the next round's keys are to be asked for
			return nil
		}
	}
	return nil
}

// Lies: before images that are not what raw holds, and say so.
var Lies = Scenario{"before images that are not what raw holds", 2, func(ctx context.Context, l *line) error {
	if _, err := l.start(l.direct()); err != nil {
		return err
	}
	if err := l.write(ctx, 300, 10); err != nil {
		return err
	}
	l.src.Commit(300, func(r sinktest.Record) {
		if h, err := event.ParseHeader(r.Header); err == nil && h.Op != event.Create {
			h.Flags &^= event.Chained
			r.Header = h.Append(nil)
			r.Value = bytes.Replace(r.Value, []byte(`"name":"name`), []byte(`"name":"lies`), 1)
		}
		l.topic.Put(r)
	})
	return l.topic.Flush(ctx)
}}

func sweep(ctx context.Context, l *line) error {
	if _, err := l.start(l.direct()); err != nil {
		return err
	}
	l.src.Begin(l.topic, "s1", true)
	l.src.Insert(300)
	l.src.Snapshot(l.topic.Put)
	l.src.End(l.topic, "s1")
	if err := l.write(ctx, 300, 10); err != nil {
		return err
	}
	if err := l.applied(ctx, 20*time.Second); err != nil {
		return err
	}
	l.src.Begin(l.topic, "s2", false)
	l.src.Forget(50)
	l.src.Rewrite(50)
	l.src.Snapshot(l.topic.Put)
	l.src.End(l.topic, "s2")
	if err := l.write(ctx, 100, 10); err != nil {
		return err
	}
	return nil
}

// Truncated is a table that is emptied.
var Truncated = Scenario{"a truncate", 2, func(ctx context.Context, l *line) error {
	if _, err := l.start(l.direct()); err != nil {
		return err
	}
	if err := l.write(ctx, 300, 10); err != nil {
		return err
	}
	l.src.Truncate(l.topic)
	return l.write(ctx, 100, 10)
}}

func refused(ctx context.Context, l *line) error {
	l.proxy.set(refuse)
	first, err := l.start(l.proxy.addr())
	if err != nil {
		return err
	}
	if err := l.write(ctx, 500, 10); err != nil {
		return err
	}
	if err := l.struck(ctx, first); err != nil {
		return err
	}
	first.kill()
	_, err = l.start(l.direct())
	return err
}

func unheard(ctx context.Context, l *line) error {
	l.proxy.set(mute)
	first, err := l.start(l.proxy.addr())
	if err != nil {
		return err
	}
	if err := l.write(ctx, 500, 10); err != nil {
		return err
	}
	if err := l.struck(ctx, first); err != nil {
		return err
	}
	l.proxy.set(pass)
	return l.write(ctx, 100, 10)
}

func unheardKilled(ctx context.Context, l *line) error {
	l.proxy.set(mute)
	first, err := l.start(l.proxy.addr())
	if err != nil {
		return err
	}
	if err := l.write(ctx, 500, 10); err != nil {
		return err
	}
	if err := l.struck(ctx, first); err != nil {
		return err
	}
	first.kill()
	_, err = l.start(l.direct(), "--batch-rows", "77")
	return err
}

// HalfKilled: raw has the batch, a view failed, the sink dies; the next one must bring the
// rest without doubling what is there.
var HalfKilled = Scenario{"a view fails after raw has the rows, the sink is killed", 1, func(ctx context.Context, l *line) error {
	// The current state's own table refuses its rows: of two views, the other one may have been fed before one throws.
	if err := l.ch.Exec(ctx, fmt.Sprintf("ALTER TABLE current.%s ADD CONSTRAINT `as the test wants it` CHECK 0", l.src.Table)); err != nil {
		return err
	}
	first, err := l.start(l.direct())
	if err != nil {
		return err
	}
	if err := l.write(ctx, 500, 10); err != nil {
		return err
	}
	if err := first.says(ctx, "as the test wants it", 2); err != nil {
		return err
	}
	first.kill()
	if err := l.ch.Exec(ctx, fmt.Sprintf("ALTER TABLE current.%s DROP CONSTRAINT `as the test wants it`", l.src.Table)); err != nil {
		return err
	}
	_, err = l.start(l.direct(), "--batch-rows", "77")
	return err
}}

// zombie: the range that the sleeper is about to send again is applied by its successor,
// and so much after it that ClickHouse forgets the token.
func zombie(ctx context.Context, l *line) error {
	const window = 5
	if err := l.ch.Exec(ctx, fmt.Sprintf("ALTER TABLE raw.%s MODIFY SETTING non_replicated_deduplication_window = %d", l.src.Table, window)); err != nil {
		return err
	}
	l.proxy.set(refuse)
	sleeper, err := l.start(l.proxy.addr())
	if err != nil {
		return err
	}
	if err := l.write(ctx, 500, 10); err != nil {
		return err
	}
	if err := l.struck(ctx, sleeper); err != nil {
		return err
	}
	sleeper.signal(syscall.SIGSTOP)
	l.proxy.set(pass)
	if _, err := l.start(l.direct()); err != nil {
		return err
	}
	for range 2 * window {
		if err := l.applied(ctx, 40*time.Second); err != nil {
			return err
		}
		if err := l.write(ctx, 20, 10); err != nil {
			return err
		}
	}
	if err := l.applied(ctx, 20*time.Second); err != nil {
		return err
	}
	sleeper.signal(syscall.SIGCONT)
	return until(ctx, "the sleeper has lost its partition", func() bool { return l.left(sleeper) })
}

// left reports whether a sink that woke up has come to see that it is out.
func (l *line) left(p *program) bool {
	return p.ended() || strings.Count(p.said(), "joined the consumer group") > 1
}

// struck waits until the proxy has hit the sink.
func (l *line) struck(ctx context.Context, p *program) error {
	select {
	case <-l.proxy.struck:
		return nil
	case <-p.done:
		return fmt.Errorf("the sink ended before the fault struck")
	case <-ctx.Done():
		return fmt.Errorf("wait for the fault to strike: %w", ctx.Err())
	}
}

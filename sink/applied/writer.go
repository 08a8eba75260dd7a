package applied

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Inserter sends one block.
type Inserter interface {
	Insert(ctx context.Context, database, table string, input proto.Input, token string) error
}

// Writer gathers the entries of all workers: whatever arrives while one insert is on
// its way goes into the next. A part per batch of every partition would cost more than
// the batches' own.
type Writer struct {
	to    Inserter
	queue chan request
	// Pause is the wait after a failed insert; Retried, when set, is told of each.
	Pause   time.Duration
	Retried func(error)
}

type request struct {
	entry Entry
	done  chan error
}

// most bounds one insert.
const most = 4096

// New makes a writer over a connection of its own. Run must be running for Write to end.
func New(to Inserter) *Writer {
	return &Writer{to: to, queue: make(chan request, most), Pause: 200 * time.Millisecond}
}

// Write returns when e is in ops.applied. Writing it twice changes nothing, because the
// table keeps the greatest offset. It fails when ctx ends, and with what no retry mends.
func (w *Writer) Write(ctx context.Context, e Entry) error {
	r := request{entry: e, done: make(chan error, 1)}
	select {
	case w.queue <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Run writes until ctx ends.
func (w *Writer) Run(ctx context.Context) {
	cols := newColumns()
	var waiting []request
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-w.queue:
			waiting = w.gather(append(waiting[:0], r))
		}
		cols.reset()
		for _, r := range waiting {
			cols.add(r.entry)
		}
		err := w.insert(ctx, cols)
		for _, r := range waiting {
			r.done <- err
		}
	}
}

// gather takes what else is waiting.
func (w *Writer) gather(waiting []request) []request {
	for len(waiting) < most {
		select {
		case r := <-w.queue:
			waiting = append(waiting, r)
		default:
			return waiting
		}
	}
	return waiting
}

func (w *Writer) insert(ctx context.Context, cols *columns) error {
	var again clickhouse.Again
	for {
		err := w.to.Insert(ctx, "ops", "applied", cols.input(), "")
		var typed interface{ Retryable() bool } // what is not may be anything, and is tried again
		if err == nil || errors.As(err, &typed) && !again.Worth(err) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if w.Retried != nil {
			w.Retried(fmt.Errorf("ops.applied: %w", err))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(w.Pause):
		}
	}
}

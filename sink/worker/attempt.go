package worker

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// attempt lends f a connection and tries again while a retry may mend the failure. The
// connection is given back between attempts: one table's trouble must not hold the
// others' connections.
func (w *Worker) attempt(ctx context.Context, what string, f func(*Lease) error) error {
	return w.attemptWhen(ctx, what, nil, f)
}

// attemptWhen waits for may before each attempt, without holding a connection.
func (w *Worker) attemptWhen(ctx context.Context, what string, may func() error, f func(*Lease) error) error {
	var again clickhouse.Again
	for pause := w.Pause; ; pause = min(2*pause, 5*time.Second) {
		if may != nil {
			if err := may(); err != nil {
				return err
			}
		}
		err := w.Leases.With(ctx, f)
		if err == nil || !w.restored(ctx, err) && !again.Worth(err) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w.retried(what)(err)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// restored has what a part that cannot be read was merged from taken back, when err is of
// one, and reports whether that was done or may still succeed.
func (w *Worker) restored(ctx context.Context, err error) bool {
	if w.Parts == nil || !errors.Is(err, clickhouse.ErrDamaged) {
		return false
	}
	done, failed := w.Parts.Restore(ctx)
	if failed == nil {
		return done
	}
	w.log.Warn("look for broken parts", "error", failed)
	return new(clickhouse.Again).Worth(failed)
}

package worker

import (
	"context"
	"errors"
	"time"
)

// attempt lends f a connection and tries again while a retry may mend the failure. The
// connection is given back between attempts: one table's trouble must not hold the
// others' connections.
func (w *Worker) attempt(ctx context.Context, what string, f func(*Lease) error) error {
	return w.attemptWhen(ctx, what, nil, f)
}

// attemptWhen waits for may before each attempt, without holding a connection.
func (w *Worker) attemptWhen(ctx context.Context, what string, may func() error, f func(*Lease) error) error {
	for pause := w.Pause; ; pause = min(2*pause, 5*time.Second) {
		if may != nil {
			if err := may(); err != nil {
				return err
			}
		}
		err := w.Leases.With(ctx, f)
		var mendable interface{ Retryable() bool }
		if err == nil || !errors.As(err, &mendable) || !mendable.Retryable() {
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

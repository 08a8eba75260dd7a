package worker

import (
	"context"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// Pauses tells for which replay a topic's workers are to stand still.
type Pauses interface {
	// Wanted is closed while a replay wants the topic's workers to stand still, as far as is known.
	Wanted(topic string) <-chan struct{}
	// Hold asks now, and names the replay; empty when none holds the topic.
	Hold(ctx context.Context, topic string, partition int) (replay string, err error)
}

// place is the table of signed rows.
func (t *Table) place() (database, name string) {
	if t.Name == "" {
		return "raw", t.Contract.Target.Table
	}
	return t.Database, t.Name
}

// pausing is closed when the worker is to stand still; nil where it never is.
func (w *Worker) pausing() <-chan struct{} {
	if w.table.Pauses == nil {
		return nil
	}
	return w.table.Pauses.Wanted(w.a.Topic)
}

// applyUnlessPaused applies a batch. One of which nothing was sealed is given up instead
// when the worker is to stand still: it is cut again afterwards.
func (w *Worker) applyUnlessPaused(ctx context.Context, b *batch.Batch) error {
	select {
	case <-w.pausing():
		if b.Pending == nil {
			return w.anew(ctx)
		}
	default:
	}
	return w.apply(ctx, b)
}

// anew ends the run, to begin again from the commit, which is made first.
func (w *Worker) anew(ctx context.Context) error {
	if w.owed != nil {
		if err := w.ledger.Commit(ctx, *w.owed); err != nil {
			return err
		}
		w.owed = nil
	}
	return errAnew
}

// stand keeps the worker still for as long as a replay holds the topic, and gives where
// it goes on. The commit says that it stands: whoever owns the partition next asks before
// it does anything. rule: pause-acknowledged.
//
// It goes on only when nothing holds the topic after the commit says so. The replay asks
// the other way round: it writes that it exchanges, and then reads the commits again. So
// one of the two always sees the other. rule: pause-recheck.
func (w *Worker) stand(ctx context.Context, e ledger.Entry) (ledger.Entry, error) {
	if w.table.Pauses == nil || e.Kind == ledger.Sealed { // what is on its way comes first
		return e, nil
	}
	e.Kind = ledger.Done
	for {
		replay, err := w.held(ctx)
		if err != nil {
			return e, err
		}
		if replay == "" && e.Paused == "" {
			return e, nil
		}
		if replay != e.Paused {
			e.Paused = replay
			if err := w.ledger.Commit(ctx, e); err != nil {
				return e, err
			}
			w.log.Info("worker stands still, or goes on", "offset", e.Next, "replay", replay)
			continue
		}
		select {
		case <-ctx.Done():
			return e, context.Cause(ctx)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// held asks who holds the topic, until it is known.
func (w *Worker) held(ctx context.Context) (replay string, err error) {
	for pause := w.Shared.Pause; ; pause = min(2*pause, 5*time.Second) {
		if replay, err = w.table.Pauses.Hold(ctx, w.a.Topic, w.a.Partition); err == nil {
			return replay, nil
		}
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		w.retried("ask for replays")(err)
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

package worker

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
)

// afterwards writes down what a batch did to dead letters, before the batch counts as
// applied: a worker that goes on behind the batch relies on it (rule: letters-before-done).
// All of it can be written again.
func (w *Worker) afterwards(ctx context.Context, b *batch.Batch) error {
	outcomes, buried := w.outcomes(b), buriedOf(b)
	if len(outcomes) == 0 && len(buried) == 0 {
		return nil
	}
	return w.attempt(ctx, "close dead letters", func(l *Lease) error {
		if err := deadletter.Bury(ctx, l, w.a.Topic, b.After.Incarnation, w.a.Partition, buried); err != nil {
			return err
		}
		return deadletter.Close(ctx, l, w.a.Topic, b.After.Incarnation, w.a.Partition, outcomes)
	})
}

func buriedOf(b *batch.Batch) (all []deadletter.Buried) {
	if b.Rows == nil {
		return nil
	}
	for _, d := range b.Rows.Buried() {
		all = append(all, deadletter.Buried{Key: d.Key, Version: d.Version, Offset: d.Offset})
	}
	return all
}

// outcomes says what became of the batch's repairs.
func (w *Worker) outcomes(b *batch.Batch) (all []deadletter.Outcome) {
	if b.Rows != nil {
		for _, r := range b.Rows.Repairs() {
			o := deadletter.Outcome{Key: r.Key, Version: r.Version, Offset: r.Offset, State: deadletter.StateResolved,
				Resolution: fmt.Sprintf("applied at %s/%d/%d", w.a.Topic, w.a.Partition, r.Offset)}
			if !r.Applied {
				o.Resolution = fmt.Sprintf("superseded: at %s/%d/%d raw held a later change of the key", w.a.Topic, w.a.Partition, r.Offset)
			}
			all = append(all, o)
		}
	}
	for i := range b.Dead {
		l := &b.Dead[i]
		if h, err := event.ParseHeader(l.Header); err == nil && h.Flags.Repair() {
			all = append(all, deadletter.Outcome{Key: l.Key, Version: l.Version, Offset: l.Offset, State: deadletter.StateFailed,
				Resolution: "failed again as " + l.ID()})
		}
	}
	return all
}

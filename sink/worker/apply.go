package worker

import (
	"context"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/applied"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// applyAll applies batch after batch until there are no more.
func (w *Worker) applyAll(ctx context.Context) error {
	for {
		b, err := w.nextBatch(ctx)
		if b == nil || err != nil {
			return err
		}
		err = w.applyUnlessPaused(ctx, b)
		w.collector.Release(b)
		if err != nil {
			return err
		}
	}
}

// handOver is how long a batch that is already full takes to arrive; only after it a
// worker counts as idle and commits done by itself.
const handOver = 2 * time.Millisecond

// nextBatch waits for a batch; nil when the reading side has ended. A done commit that
// no seal will replace soon is made first.
func (w *Worker) nextBatch(ctx context.Context) (*batch.Batch, error) {
	w.ready <- struct{}{}
	if w.owed != nil {
		select {
		case b := <-w.batches:
			if b != nil {
				return b, nil
			}
		case <-time.After(handOver):
		}
		if err := w.ledger.Commit(ctx, *w.owed); err != nil {
			return nil, err
		}
		w.owed = nil
	}
	select {
	case b := <-w.batches:
		return b, nil
	case <-w.pausing():
		return nil, errAnew // it stands still when it takes over again
	}
}

// apply takes a batch from chosen to acked.
func (w *Worker) apply(ctx context.Context, b *batch.Batch) error {
	if b.Retract != nil {
		return w.retract(ctx, b)
	}
	buried, err := w.resolve(ctx, b)
	if err != nil {
		return err
	}
	r, err := w.describe(b)
	if err != nil {
		return err
	}
	if err := w.settle(ctx, b, r); err != nil {
		return err
	}
	if err := w.afterwards(ctx, b); err != nil {
		return err
	}
	if err := w.acked(ctx, b, r.Rows); err != nil || !buried { // rule: applied-after-ack
		return err
	}
	// Later records of a buried key may stand in the next batch already, taken at their
	// word. They are cut again, now that the key is known to be broken.
	if err := w.ledger.Commit(ctx, *w.owed); err != nil {
		return err
	}
	return errAnew
}

// acked notes that the batch is in ClickHouse: for the tidemark in ops.applied, then,
// at the latest when the worker is idle, in the commit.
func (w *Worker) acked(ctx context.Context, b *batch.Batch, rows int) error {
	err := w.Applied.Write(ctx, applied.Entry{Topic: w.a.Topic, Incarnation: b.After.Incarnation,
		Table: "raw." + w.table.Contract.Target.Table, Partition: w.a.Partition,
		First: b.First, Last: b.Last, Rows: rows, Version: b.After.HighWater})
	if err != nil {
		return err
	}
	// rule: done-after-applied
	w.owed = &ledger.Entry{Kind: ledger.Done, Next: b.Last + 1, State: b.After}
	w.measure(b, rows)
	return nil
}

func (w *Worker) measure(b *batch.Batch, rows int) {
	m := w.metrics
	m.Batches.Inc()
	m.Rows.Add(float64(rows))
	m.Bytes.Add(float64(b.Bytes))
	m.BatchRows.Observe(float64(rows))
	m.Events.Add(float64(b.Events))
	m.Duplicates.Add(float64(b.Duplicates))
	m.Tombstones.Add(float64(b.Tombstones))
	m.Markers.Add(float64(b.Markers))
	m.Unread.Add(float64(b.Unread))
	if b.Oldest > 0 {
		m.LagSeconds.Set(time.Since(time.UnixMicro(b.Oldest)).Seconds())
	}
	w.log.Debug("batch applied", "first", b.First, "last", b.Last, "rows", rows, "dead", len(b.Dead), "took", time.Since(b.Began))
}

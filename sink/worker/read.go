package worker

import (
	"context"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/batch"
)

// read fetches and fills batches until ctx ends, or Until.
func (w *Worker) read(ctx context.Context) error {
	until := int64(0)
	if w.Until != nil {
		if until = w.Until(w.a.Partition); w.reader.Next() >= until {
			return nil
		}
	}
	for {
		chunk, err := w.reader.Poll(ctx, w.wait())
		if err != nil {
			return err
		}
		for chunk.Next() {
			if until > 0 && chunk.Record().Offset >= until {
				return w.collector.Flush(ctx)
			}
			if err := w.collector.Take(ctx, chunk.Record()); err != nil {
				return err
			}
		}
		if err := chunk.Err(); err != nil {
			return err
		}
		if until > 0 && w.reader.Next() >= until {
			return w.collector.Flush(ctx)
		}
		if err := w.due(ctx); err != nil {
			return err
		}
	}
}

// wait is how long the next fetch may take: until the open batch is due.
func (w *Worker) wait() time.Duration {
	b := w.collector.Open()
	if b == nil {
		return w.MaxWait
	}
	const least = 10 * time.Millisecond
	return min(w.MaxWait, max(least, w.Limits.Age-time.Since(b.Began)))
}

// due hands the open batch over when it has waited long enough and the applying side is
// free. While that is busy the batch may as well grow.
func (w *Worker) due(ctx context.Context) error {
	behind := w.reader.Behind()
	w.metrics.LagRecords.Set(float64(behind))
	b := w.collector.Open()
	if b == nil {
		if behind == 0 {
			w.metrics.LagSeconds.Set(0)
		}
		return nil
	}
	if w.collector.Rebuilding() || !w.Limits.Due(b, behind > 0, time.Now()) {
		return nil
	}
	select {
	case <-w.ready:
		w.ready <- struct{}{} // emit takes it
		return w.collector.Flush(ctx)
	default:
		return nil
	}
}

// emit hands a batch over once the applying side waits for one.
func (w *Worker) emit(ctx context.Context, b *batch.Batch) error {
	select {
	case <-w.ready:
		w.batches <- b
		return nil
	case <-ctx.Done():
		w.collector.Release(b)
		return context.Cause(ctx)
	}
}

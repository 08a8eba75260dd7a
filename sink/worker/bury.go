package worker

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// bury makes dead letters of records that were refused only when raw was asked. Their
// bytes are gone from the buffers by then, so they are fetched once more; that is rare.
func (w *Worker) bury(ctx context.Context, b *batch.Batch, rejects []*rows.Reject) error {
	for _, r := range rejects {
		letter, err := w.fetchLetter(ctx, b, r)
		if err != nil {
			return err
		}
		b.Dead = append(b.Dead, letter)
	}
	return nil
}

func (w *Worker) fetchLetter(ctx context.Context, b *batch.Batch, r *rows.Reject) (deadletter.Letter, error) {
	reader := consume.NewReader(w.Broker, w.a.Topic, w.a.Partition, r.Offset)
	reader.MaxBytes, reader.Retried = w.MaxBytes, w.retried("fetch")
	for reader.Next() <= r.Offset {
		chunk, err := reader.Poll(ctx, w.MaxWait)
		if err != nil {
			return deadletter.Letter{}, err
		}
		for chunk.Next() {
			rec := chunk.Record()
			if rec.Offset != r.Offset {
				return deadletter.Letter{}, fmt.Errorf("offset %d: %w", r.Offset, errNotFound)
			}
			raw, _ := rec.Header(event.HeaderKey)
			h, err := event.ParseHeader(raw)
			if err != nil {
				return deadletter.Letter{}, err // it was read before
			}
			return batch.Letter(w.table.Contract, w.a.Partition, b.After.Incarnation, rec, h, string(r.Class), r.Error()), nil
		}
		if err := chunk.Err(); err != nil {
			return deadletter.Letter{}, err
		}
	}
	return deadletter.Letter{}, fmt.Errorf("offset %d: %w", r.Offset, errNotFound)
}

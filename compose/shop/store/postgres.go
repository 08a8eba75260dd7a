package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
)

// applyPostgres sends everything in one pipeline, which the server runs as one transaction.
func (s *Store) applyPostgres(ctx context.Context, steps []change.Step) error {
	var batch pgx.Batch
	for _, step := range steps {
		for _, c := range step.Changes {
			if c.Mongo == nil {
				batch.Queue(c.SQL, c.Args...)
			}
		}
	}
	if batch.Len() == 0 {
		return nil
	}
	return s.Postgres.SendBatch(ctx, &batch).Close()
}

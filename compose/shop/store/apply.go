package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

const longestPause = 2 * time.Second

// Apply writes steps in their order. It tries again for as long as a database is away, until ctx ends: every change is
// safe to send twice. What a database refuses for good is returned.
func (s *Store) Apply(ctx context.Context, steps []change.Step) error {
	if err := persist(ctx, "PostgreSQL", func() error { return s.applyPostgres(ctx, steps) }); err != nil {
		return err
	}
	for _, models := range byCollection(steps) {
		done := 0
		write := func() (err error) {
			done, err = s.applyMongo(ctx, models, done)
			return err
		}
		if err := persist(ctx, "MongoDB", write); err != nil {
			return err
		}
	}
	return nil
}

// persist repeats write with growing pauses while it fails for reasons that pass.
func persist(ctx context.Context, database string, write func() error) error {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, longestPause) {
		err := write()
		if err == nil {
			return nil
		}
		if !passing(err) {
			return fmt.Errorf("write to %s: %w", database, err)
		}
		slog.Warn("database is away, trying again", "database", database, "error", err)
		select {
		case <-ctx.Done():
			return fmt.Errorf("write to %s: %w", database, err)
		case <-time.After(pause):
		}
	}
}

// passing tells a lost connection or a server that starts from a statement that will never be taken.
func passing(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		class := pg.Code[:2]
		return class == "57" || class == "08" || class == "53" || class == "40"
	}
	var bulk mongo.BulkWriteException
	if errors.As(err, &bulk) && len(bulk.WriteErrors) > 0 {
		return false
	}
	var command mongo.CommandError
	if errors.As(err, &command) {
		return command.HasErrorLabel("RetryableWriteError") || command.HasErrorLabel("NetworkError")
	}
	return true
}

// Package store writes steps to the shop's two databases, and reads back what a later run starts from.
package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Store holds the connections. It may be used by several goroutines.
type Store struct {
	Postgres *pgxpool.Pool
	Mongo    *mongo.Database
	client   *mongo.Client
}

// Open connects to both databases; workers bounds the connections to each.
func Open(ctx context.Context, postgres, mongoURL string, workers int) (*Store, error) {
	config, err := pgxpool.ParseConfig(postgres)
	if err != nil {
		return nil, fmt.Errorf("read the PostgreSQL URL: %w", err)
	}
	config.MaxConns = int32(workers + 1)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(mongoURL).SetHeartbeatInterval(time.Second))
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to MongoDB: %w", err)
	}
	return &Store{Postgres: pool, Mongo: client.Database("shop"), client: client}, nil
}

// Close ends the connections.
func (s *Store) Close(ctx context.Context) {
	s.Postgres.Close()
	_ = s.client.Disconnect(ctx)
}

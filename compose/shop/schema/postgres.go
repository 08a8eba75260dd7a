// Package schema makes the shop's tables and collections. Everything may be run again.
package schema

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed postgres.sql
var tables string

// Postgres makes the tables. Types and tables that are there stay as they are.
func Postgres(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Conn().PgConn().Exec(ctx, tables).ReadAll(); err != nil {
		return fmt.Errorf("make the shop's tables: %w", err)
	}
	return nil
}

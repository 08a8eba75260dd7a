// Package lookup asks ClickHouse what raw holds.
package lookup

import (
	"context"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// Table looks up one raw table over one connection.
type Table struct{}

// New makes a look-up of c's raw table over conn, which must not be used at the same
// time by another goroutine.
func New(conn *clickhouse.Conn, c *contract.Contract) (*Table, error) { return &Table{}, nil }

// Newest is rows.Lookup.
func (t *Table) Newest(ctx context.Context, q rows.Question, into *rows.Images) error { return nil }

// Scope says which live rows Live walks.
type Scope struct {
	rows.Place
	// Below: only rows at lower offsets count.
	Below int64
	// Older: only keys whose newest version is below it; zero means all.
	Older position.Position
	// Slice of Slices, by key hash; 0 of 1 is everything.
	Slice, Slices int
}

// Count is how many live rows s has.
func (t *Table) Count(ctx context.Context, s Scope) (int, error) { return 0, nil }

// Live hands the live rows of s to yield, block by block, in key order. The block is
// reused after yield returns.
func (t *Table) Live(ctx context.Context, s Scope, yield func(*rows.Images) error) error { return nil }

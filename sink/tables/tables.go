// Package tables makes a contract's tables and views in ClickHouse and finds where what
// exists differs from the contract.
package tables

import (
	"context"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Migrate makes what the contracts need and is missing. A *Difference error says which
// existing table is not what its contract wants; nothing of that table is changed.
func Migrate(ctx context.Context, conn *clickhouse.Conn, contracts []*contract.Contract) error {
	return nil
}

// Plan gives the statements that Migrate would run.
func Plan(ctx context.Context, conn *clickhouse.Conn, contracts []*contract.Contract) ([]string, error) {
	return nil, nil
}

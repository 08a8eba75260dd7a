// Package tables makes a contract's tables and views in ClickHouse and finds where what
// exists differs from the contract.
package tables

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Migrate makes what the contracts need and is missing; run again it does nothing. A
// *Difference error, one per table when there are several, says which existing table is
// not what its contract wants; then nothing at all is changed. Run it while no sink
// writes.
func Migrate(ctx context.Context, conn *clickhouse.Conn, contracts []*contract.Contract) error {
	statements, err := Plan(ctx, conn, contracts)
	if err != nil {
		return err
	}
	for _, sql := range statements {
		if err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	return nil
}

// Plan gives the statements that Migrate would run.
func Plan(ctx context.Context, conn *clickhouse.Conn, contracts []*contract.Contract) ([]string, error) {
	found, err := inventory(ctx, conn, databases(contracts))
	if err != nil {
		return nil, err
	}
	var statements []string
	for _, db := range databases(contracts) {
		statements = append(statements, "CREATE DATABASE IF NOT EXISTS "+clickhouse.Ident(db))
	}
	fixed := len(statements)
	var failed error
	for _, c := range contracts {
		p := planner{contract: c, found: found}
		sql, err := p.plan()
		statements = append(statements, sql...)
		failed = errors.Join(failed, err)
	}
	if failed != nil {
		return nil, failed
	}
	if len(statements) == fixed && fixed > 0 {
		return nil, nil // every table is there, so every database is
	}
	return spread(conn.Cluster(), statements)
}

// spread gives the statements' forms for a cluster.
func spread(on cluster.Name, statements []string) (all []string, err error) {
	for _, sql := range statements {
		forms, err := on.Statements(sql)
		if err != nil {
			return nil, fmt.Errorf("plan for cluster %s: %w", on, err)
		}
		all = append(all, forms...)
	}
	return all, nil
}

func databases(contracts []*contract.Contract) []string {
	list := []string{Raw, Current}
	for _, c := range contracts {
		if !slices.Contains(list, c.Target.Database) {
			list = append(list, c.Target.Database)
		}
	}
	return list
}

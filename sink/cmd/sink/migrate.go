package main

import (
	"context"
	"fmt"

	tidemark "github.com/tidemark-cdc/tidemark/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/restore"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

type migrateCmd struct {
	Plan bool `help:"Only print the statements for the contracts' tables."`
}

// Run makes what is missing.
func (c migrateCmd) Run(ctx context.Context, a *app) error {
	contracts, err := a.LoadContracts()
	if err != nil {
		return &coded{exitUsage, "", err}
	}
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	statements, err := tables.Plan(ctx, conn, contracts)
	if err != nil {
		return &coded{exitTables, "change the contract back, or make the table anew; nothing was changed", err}
	}
	if c.Plan {
		for _, sql := range statements {
			_, _ = fmt.Fprintf(a.out, "%s;\n\n", sql)
		}
		return nil
	}
	if err := tidemark.Apply(ctx, conn.Cluster().Exec(conn.Exec)); err != nil {
		return fmt.Errorf("make the fixed tables: %w", err)
	}
	if err := tables.Migrate(ctx, conn, contracts); err != nil {
		return &coded{exitTables, "", err}
	}
	if err := restore.Lengthen(ctx, conn); err != nil {
		return err
	}
	a.log.Info("migrated", "contracts", len(contracts), "statements", len(statements))
	return nil
}

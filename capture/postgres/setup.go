package postgres

import (
	"context"

	"github.com/tidemark-cdc/tidemark/capture/postgres/check"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/discover"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Preflight says what is missing for an exact capture. It connects as the capture will.
func Preflight(ctx context.Context, cfg Config) ([]preflight.Finding, error) {
	cfg = cfg.withDefaults()
	conn, err := connect.SQL(ctx, cfg.URL)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return check.Run(ctx, conn, check.Input{Publication: cfg.Publication, Slot: cfg.Slot, Contracts: cfg.Contracts, Starting: cfg.Starting})
}

// Setup mends what Preflight found and SQL can mend without a restart, as the user of adminURL (empty: the capture's own). It gives
// what it mended.
func Setup(ctx context.Context, cfg Config, adminURL string) (mended []preflight.Finding, err error) {
	findings, err := Preflight(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if adminURL == "" {
		adminURL = cfg.URL
	}
	conn, err := connect.SQL(ctx, adminURL)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	done := map[string]bool{}
	for _, f := range findings {
		if !f.Mendable || done[f.SQL] {
			continue
		}
		if _, err := conn.PgConn().Exec(ctx, f.SQL).ReadAll(); err != nil {
			return mended, connect.Fault(f.SQL, err)
		}
		done[f.SQL] = true
		mended = append(mended, f)
	}
	return mended, nil
}

// Discover writes a contract for the live table "schema.table".
func Discover(ctx context.Context, cfg Config, table string) (*contract.Contract, error) {
	conn, err := connect.SQL(ctx, cfg.URL)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return discover.Table(ctx, conn, cfg.Name, table)
}

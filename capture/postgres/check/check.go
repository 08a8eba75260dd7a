// Package check says what a PostgreSQL server, its publication and its tables lack for an exact capture, and the SQL that mends it.
package check

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Input is what is to be captured.
type Input struct {
	Publication string
	Slot        string
	Contracts   []*contract.Contract
	// Starting leaves out what the start itself checks, with positions that only it knows, and may mend when a signal asks.
	Starting bool
}

// checker gathers findings; its error is that of a query, which ends the checks.
type checker struct {
	Input
	ctx      context.Context
	conn     *pgx.Conn
	user     string
	version  int // server_version_num
	findings []preflight.Finding
}

// Run checks with the connection of the user that will capture. Errors carry a fault class.
func Run(ctx context.Context, conn *pgx.Conn, in Input) ([]preflight.Finding, error) {
	c := &checker{Input: in, ctx: ctx, conn: conn}
	if err := conn.QueryRow(ctx, "SELECT current_user, current_setting('server_version_num')::int").Scan(&c.user, &c.version); err != nil {
		return nil, connect.Fault("ask for the server's version", err)
	}
	for _, step := range []func() error{c.server, c.capacity, c.role, c.slot} {
		if err := step(); err != nil {
			return nil, connect.Fault("check the server", err)
		}
	}
	publication, err := catalog.LookPublication(ctx, conn, in.Publication)
	if err != nil {
		return nil, err
	}
	tables, err := c.tables()
	if err != nil {
		return nil, err
	}
	c.publication(publication, tables)
	for _, t := range tables {
		c.table(t, publication)
	}
	return c.findings, nil
}

func (c *checker) add(f preflight.Finding) { c.findings = append(c.findings, f) }

package slot

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// Own fails if a slot is not one that a capture of database made. A nil slot is nobody's.
func (s *Info) Own(database string) error {
	if s == nil {
		return nil
	}
	doing := "use slot " + s.Name
	switch {
	case s.Plugin != Plugin:
		return fault.New(fault.Foreign, doing, fmt.Errorf("its plugin is %q, not %s: it belongs to something else", s.Plugin, Plugin), "Choose another slot name in the configuration.")
	case s.Database != database:
		return fault.New(fault.Foreign, doing, fmt.Errorf("it belongs to database %q, not %q", s.Database, database), "Choose another slot name in the configuration.")
	}
	return nil
}

// Drop removes the slot, whatever state it is in, if it is ours. One that somebody reads is refused (class busy): whoever reads it
// may be a capture.
func (s *Info) Drop(ctx context.Context, conn *pgx.Conn) error {
	if s == nil {
		return nil
	}
	if err := s.Own(conn.Config().Database); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "SELECT pg_catalog.pg_drop_replication_slot($1)", s.Name)
	if connect.NoSuchObject(err) {
		return nil
	}
	return connect.Fault("drop slot "+s.Name, err)
}

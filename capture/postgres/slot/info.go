package slot

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/jackc/pglogrepl"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

// Plugin is the output plugin that the capture reads.
const Plugin = "pgoutput"

// Info is a line of pg_replication_slots.
type Info struct {
	Name      string
	Plugin    string // empty for a physical slot
	Database  string
	ActivePID int32 // 0: nobody reads it
	WALStatus string
	Confirmed stream.LSN
	// Failover is set if a standby keeps a copy (PostgreSQL 17): positions then go on after a promotion.
	Failover bool
}

const infoSQL = `SELECT COALESCE(plugin, ''), COALESCE(database, ''), COALESCE(active_pid, 0), COALESCE(wal_status, ''),
  COALESCE(confirmed_flush_lsn, '0/0')::text, COALESCE((to_jsonb(s)->>'failover')::bool, false)
FROM pg_catalog.pg_replication_slots s WHERE slot_name = $1`

// Look finds a slot; nil if there is none of that name.
func Look(ctx context.Context, conn *pgx.Conn, name string) (*Info, error) {
	s := Info{Name: name}
	var confirmed string
	err := conn.QueryRow(ctx, infoSQL, name).Scan(&s.Plugin, &s.Database, &s.ActivePID, &s.WALStatus, &confirmed, &s.Failover)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, connect.Fault("look up slot "+name, err)
	}
	if s.Confirmed, err = stream.ParseLSN(confirmed); err != nil {
		return nil, fmt.Errorf("look up slot %s: %w", name, err)
	}
	return &s, nil
}

// Identify asks a replication connection which database it reads, and how far its log goes.
func Identify(ctx context.Context, repl *pgconn.PgConn, sql *pgx.Conn) (Identity, stream.LSN, error) {
	sys, err := pglogrepl.IdentifySystem(ctx, repl)
	if err != nil {
		return Identity{}, 0, connect.Fault("identify the database system", err)
	}
	id := Identity{System: sys.SystemID, Timeline: sys.Timeline}
	if err := sql.QueryRow(ctx, "SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()").Scan(&id.Database); err != nil {
		return Identity{}, 0, connect.Fault("identify the database", err)
	}
	return id, stream.LSN(sys.XLogPos), nil
}

// Package snapshot reads tables as they stand at one exact position of the log.
package snapshot

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pglogrepl"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

// Export is a snapshot that other sessions can take on. It lasts as long as the session that exported it does nothing else, so it is
// closed only when the last reader has ended.
type Export struct {
	// LSN is the snapshot's position: it holds all commits whose record begins below it and no others.
	LSN stream.LSN
	// Time is no later than the snapshot: microseconds since 1970 by the server's clock.
	Time int64
	// Name is for SET TRANSACTION SNAPSHOT.
	Name string

	conn *pgconn.PgConn
}

// Create makes a slot and exports the snapshot at its first position. A temporary slot lives as long as the Export.
func Create(ctx context.Context, url, name string, temporary bool) (*Export, error) {
	conn, err := connect.Replication(ctx, url)
	if err != nil {
		return nil, err
	}
	now, err := clock(ctx, conn)
	if err != nil {
		closeSoon(conn)
		return nil, connect.Fault("ask for the time", err)
	}
	made, err := pglogrepl.CreateReplicationSlot(ctx, conn, connect.QuoteName(name), slot.Plugin,
		pglogrepl.CreateReplicationSlotOptions{Temporary: temporary, SnapshotAction: "EXPORT_SNAPSHOT", Mode: pglogrepl.LogicalReplication})
	if err != nil {
		closeSoon(conn)
		return nil, connect.Fault(fmt.Sprintf("create slot %s (this waits for the transactions that run now)", name), err)
	}
	e := &Export{Name: made.SnapshotName, Time: now, conn: conn}
	if e.LSN, err = stream.ParseLSN(made.ConsistentPoint); err != nil {
		closeSoon(conn)
		return nil, fmt.Errorf("create slot %s: %w", name, err)
	}
	return e, nil
}

// clock asks the server for its time, in microseconds since 1970.
func clock(ctx context.Context, conn *pgconn.PgConn) (int64, error) {
	results, err := conn.Exec(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8").ReadAll()
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(results[0].Rows[0][0]), 10, 64)
}

// Close ends the exporting session, and with it a temporary slot.
func (e *Export) Close() { closeSoon(e.conn) }

func closeSoon(conn *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

package slot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

const evictFor = 3 * time.Second

const holderSQL = `SELECT l.pid, COALESCE(extract(epoch FROM clock_timestamp() - a.state_change), 0)::float8
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND (l.classid::int8 << 32 | l.objid::int8) = $1
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`

// held looks at whoever holds the lease. One that is silent for too long loses it: SIGSTOP or a machine that is gone leave a
// connection behind that the server keeps for hours.
func (c Claim) held(ctx context.Context, conn *pgx.Conn) error {
	var pid uint32
	var silent float64
	err := conn.QueryRow(ctx, holderSQL, c.key()).Scan(&pid, &silent)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // just now it was given up
	}
	if err != nil {
		return err
	}
	quiet := time.Duration(silent * float64(time.Second))
	if quiet >= Silence {
		c.Logger.Warn("the capture that holds the lease is silent, taking over", "slot", c.Slot, "backend", pid, "for", quiet.Round(time.Millisecond).String())
		_, err = conn.Exec(ctx, "SELECT pg_catalog.pg_terminate_backend($1)", pid)
		return err
	}
	if c.Former != 0 && pid != c.Former {
		return fault.New(fault.Fenced, "take the lease of slot "+c.Slot+" again", fmt.Errorf("%w (backend %d)", errTaken, pid), "")
	}
	return nil
}

const evictSQL = `SELECT count(pg_catalog.pg_terminate_backend(a.pid)) FROM pg_catalog.pg_replication_slots s JOIN pg_catalog.pg_stat_activity a ON a.pid = s.active_pid
WHERE s.slot_name = $1 AND s.database = current_database() AND a.application_name = $2`

// evict ends the streams that a capture left on the slot whose lease is ours now: what still holds it is dead or stopped. A reader that
// is no capture is left alone; the start then finds the slot busy.
func evict(ctx context.Context, conn *pgx.Conn, c Claim) error {
	for until := time.Now().Add(evictFor); ; {
		var n int
		if err := conn.QueryRow(ctx, evictSQL, c.Slot, connect.ApplicationName).Scan(&n); err != nil {
			return connect.Fault("end the stream that is left on slot "+c.Slot, err)
		}
		if n == 0 || time.Now().After(until) {
			return nil
		}
		c.Logger.Warn("ended a stream that a capture left on the slot", "slot", c.Slot)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

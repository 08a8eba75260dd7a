package slot

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

const leaseRetry = 500 * time.Millisecond

// Lease waits until no other capture reads the slot: a session-level advisory lock, gone by itself when the holder dies. A standby must
// wait here, before it opens a producer session, which would fence the capture that works.
func Lease(ctx context.Context, conn *pgx.Conn, slot string, log *slog.Logger) error {
	told := false
	for {
		free, err := tryLease(ctx, conn, slot)
		if err != nil {
			return connect.Fault("take the lease of slot "+slot, err)
		}
		if free {
			return nil
		}
		if !told {
			log.Info("standing by: another capture reads the slot", "slot", slot)
			told = true
		}
		select {
		case <-ctx.Done():
			return fault.New(fault.Busy, "take the lease of slot "+slot, context.Cause(ctx), "")
		case <-time.After(leaseRetry):
		}
	}
}

func tryLease(ctx context.Context, conn *pgx.Conn, slot string) (free bool, err error) {
	h := fnv.New64a()
	fmt.Fprintf(h, "tidemark %s", slot)
	err = conn.QueryRow(ctx, "SELECT pg_catalog.pg_try_advisory_lock($1)", int64(h.Sum64())).Scan(&free)
	return free, err
}

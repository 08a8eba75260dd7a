package slot

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

const (
	leaseRetry = 500 * time.Millisecond
	leaseBeat  = time.Second
	// Silence is after how long a holder that does not beat is taken for dead: its machine is gone or it was stopped, while the server
	// still believes in its connection. A standby has ten seconds to take over.
	Silence = 5 * time.Second
)

// Lease keeps a second capture of a slot waiting: a session-level advisory lock, gone by itself when the holder's connection is, and
// taken from a holder that is silent. It is a courtesy; what keeps two captures from harming each other is the producer epoch.
type Lease struct {
	conn *pgx.Conn
	lost chan struct{}
	err  error
	end  context.CancelFunc
}

// Claim is who asks for the lease of which slot.
type Claim struct {
	URL, Slot string
	// Former is the backend of the lease that this process had before, 0 if it had none. If it went to somebody else this one gives
	// way (class fenced).
	Former uint32
	Logger *slog.Logger
}

// Take waits until no other capture reads the slot, which includes what is left of one that is gone. A standby must wait here, before
// it opens a producer session, which would fence the capture that works.
func Take(ctx context.Context, c Claim) (*Lease, error) {
	conn, err := connect.SQL(ctx, c.URL)
	if err != nil {
		return nil, err
	}
	if err := c.wait(ctx, conn); err != nil {
		end(conn)
		return nil, err
	}
	if err := evict(ctx, conn, c); err != nil {
		end(conn)
		return nil, err
	}
	l := &Lease{conn: conn, lost: make(chan struct{})}
	beat, cancel := context.WithCancel(context.Background())
	l.end = cancel
	go l.keep(beat, c.Slot)
	return l, nil
}

func (c Claim) wait(ctx context.Context, conn *pgx.Conn) error {
	doing := "take the lease of slot " + c.Slot
	for told := false; ; {
		var free bool
		if err := conn.QueryRow(ctx, "SELECT pg_catalog.pg_try_advisory_lock($1)", c.key()).Scan(&free); err != nil {
			return connect.Fault(doing, err)
		}
		if free {
			return nil
		}
		if err := c.held(ctx, conn); err != nil {
			return connect.Fault(doing, err)
		}
		if !told {
			c.Logger.Info("standing by: another capture reads the slot", "slot", c.Slot)
			told = true
		}
		select {
		case <-ctx.Done():
			return fault.New(fault.Busy, doing, context.Cause(ctx), "")
		case <-time.After(leaseRetry):
		}
	}
}

// Backend is the server's process that holds the lease.
func (l *Lease) Backend() uint32 { return l.conn.PgConn().PID() }

// Lost is closed when the lease is gone, Err says why then.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Err is of use when Lost is closed.
func (l *Lease) Err() error { return l.err }

// Close gives the lease up.
func (l *Lease) Close() {
	l.end()
	<-l.lost
	end(l.conn)
}

// keep beats, so that others see that this process lives and this one sees that it still has the lease.
func (l *Lease) keep(ctx context.Context, slot string) {
	defer close(l.lost)
	tick := time.NewTicker(leaseBeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			l.err = ctx.Err()
			return
		case <-tick.C:
		}
		if _, err := l.conn.Exec(ctx, "SELECT 1"); err != nil {
			l.err = fault.New(fault.Unreachable, "keep the lease of slot "+slot, err, "")
			return
		}
	}
}

func end(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

func (c Claim) key() int64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "tidemark %s", c.Slot)
	return int64(h.Sum64())
}

// errTaken is what a capture finds that had the lease before.
var errTaken = errors.New("another capture took it while this one was away")

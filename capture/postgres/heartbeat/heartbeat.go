// Package heartbeat writes messages into the log of an idle database and checks that they come back through the stream.
package heartbeat

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

// Prefix marks the messages.
const Prefix = "tidemark"

// Heart beats on a connection of its own. Progress and Seen are called by the stream's loop, everything may be called from any
// goroutine.
type Heart struct {
	conn  *pgx.Conn
	every time.Duration
	stall time.Duration
	id    string // tells our beats from another capture's

	// Watch looks at whatever else has to stay as it is, about once a second on the heart's connection; nil: nothing. Its error ends Run.
	Watch func(ctx context.Context, conn *pgx.Conn) error

	progress atomic.Int64 // when the stream last moved, Unix nanoseconds
	waiting  atomic.Int64 // when the oldest beat that did not come back was sent, 0: none
	end      atomic.Uint64
}

// New makes a heart that beats when nothing came through the stream for every, and calls the stream stalled when a beat is out and
// nothing came for stall.
func New(conn *pgx.Conn, every, stall time.Duration) *Heart {
	h := &Heart{conn: conn, every: every, stall: stall, id: uuid.NewString()}
	h.Progress(time.Now())
	return h
}

// Progress says that the stream moved.
func (h *Heart) Progress(now time.Time) { h.progress.Store(now.UnixNano()) }

// Seen takes a message of Prefix that came back.
func (h *Heart) Seen(content []byte) {
	if string(content) == h.id {
		h.waiting.Store(0)
	}
}

// Stalled fails if a beat is out and the stream has not moved for too long: connected, yet dead.
func (h *Heart) Stalled(now time.Time) error {
	out := h.waiting.Load()
	idle := now.Sub(time.Unix(0, max(out, h.progress.Load())))
	if out == 0 || idle < h.stall {
		return nil
	}
	return fault.New(fault.Unreachable, "read replication stream", fmt.Errorf("a heartbeat did not come back and nothing else came for %s", idle.Round(time.Second)), "")
}

// WALEnd is how far the server's log went at the last look.
func (h *Heart) WALEnd() stream.LSN { return stream.LSN(h.end.Load()) }

// Run beats until ctx ends or the connection breaks; then the lease that the connection holds is gone too.
func (h *Heart) Run(ctx context.Context) error {
	tick := time.NewTicker(min(h.every, time.Second))
	defer tick.Stop()
	for {
		if err := h.look(ctx); err != nil {
			return ended(ctx, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if time.Since(time.Unix(0, h.progress.Load())) < h.every || h.waiting.Load() != 0 {
			continue
		}
		if err := h.Beat(ctx); err != nil {
			return ended(ctx, err)
		}
	}
}

// ended gives err a class; a query that broke off because ctx ended is no failure.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return connect.Fault("beat", err)
}

// Beat writes a message. It is transactional because only a commit makes sure that the log is flushed, and only what is flushed is sent.
func (h *Heart) Beat(ctx context.Context) error {
	h.waiting.CompareAndSwap(0, time.Now().UnixNano())
	_, err := h.conn.Exec(ctx, "SELECT pg_catalog.pg_logical_emit_message(true, $1, $2::text)", Prefix, h.id)
	return err
}

func (h *Heart) look(ctx context.Context) error {
	var end string
	if err := h.conn.QueryRow(ctx, "SELECT pg_catalog.pg_current_wal_flush_lsn()::text").Scan(&end); err != nil {
		return err
	}
	lsn, err := stream.ParseLSN(end)
	h.end.Store(uint64(lsn))
	if err != nil || h.Watch == nil {
		return err
	}
	return h.Watch(ctx, h.conn)
}

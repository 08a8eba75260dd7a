package backlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// NewSlot makes a logical slot at the end of the log.
func NewSlot(ctx context.Context, db *pgx.Conn, name string) error {
	if _, err := db.Exec(ctx, "select pg_create_logical_replication_slot($1, 'pgoutput')", name); err != nil {
		return fmt.Errorf("make slot %s: %w", name, err)
	}
	return nil
}

// CopySlot puts a copy of a slot under another name, in place of what is there.
func CopySlot(ctx context.Context, db *pgx.Conn, from, to string) error {
	if err := DropSlot(ctx, db, to); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, "select pg_copy_logical_replication_slot($1, $2)", from, to); err != nil {
		return fmt.Errorf("copy slot %s to %s: %w", from, to, err)
	}
	return nil
}

// DropSlot drops a slot that may be missing. A walsender whose reader was killed holds
// its slot for a moment: it is asked again for 10 s.
func DropSlot(ctx context.Context, db *pgx.Conn, name string) error {
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, err := db.Exec(ctx, "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1", name)
		if err == nil {
			return nil
		}
		if time.Now().After(until) || ctx.Err() != nil {
			return fmt.Errorf("drop slot %s: %w", name, err)
		}
	}
}

// WalsenderOf gives a function that says which process serves a slot, 0 while nobody
// reads it. It is for one goroutine; its connection is closed once it has found one.
func WalsenderOf(ctx context.Context, url, slot string) func() int {
	var db *pgx.Conn
	return func() int {
		var err error
		if db == nil {
			if db, err = pgx.Connect(ctx, url); err != nil {
				return 0
			}
		}
		var pid *int
		err = db.QueryRow(ctx, "select active_pid from pg_replication_slots where slot_name = $1", slot).Scan(&pid)
		if err != nil || pid == nil {
			return 0
		}
		db.Close(ctx)
		return *pid
	}
}

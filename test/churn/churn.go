// Package churn changes rows of the shop's PostgreSQL faster than the shop does, whose every order waits for MongoDB.
package churn

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Writer is at work until it is stopped.
type Writer struct {
	stop context.CancelFunc
	done chan error
	rows int64
}

const (
	beat = 100 * time.Millisecond
	// Rows that the shop has locked are left out: waiting for them in another order would be a deadlock.
	update = `UPDATE transactions SET amount = amount + 0.01 WHERE id IN
		(SELECT id FROM transactions WHERE id >= (SELECT gen_random_uuid()) ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)`
)

// Start raises the amounts of so many transactions a second, a cent each, ten commits a second.
func Start(ctx context.Context, url string, perSecond int) (*Writer, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to change rows: %w", err)
	}
	w := &Writer{done: make(chan error, 1)}
	ctx, w.stop = context.WithCancel(ctx)
	go func() {
		defer conn.Close(context.WithoutCancel(ctx))
		w.done <- w.run(ctx, conn, perSecond)
	}()
	return w, nil
}

// run makes up for beats that came late, so that the rate holds over time.
func (w *Writer) run(ctx context.Context, conn *pgx.Conn, perSecond int) error {
	began, tick := time.Now(), time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		due := int64(time.Since(began).Seconds()*float64(perSecond)) - w.rows
		tag, err := conn.Exec(ctx, update, max(0, due))
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("change rows: %w", err)
		}
		w.rows += tag.RowsAffected()
	}
}

// Stop ends it and gives how many rows were changed.
func (w *Writer) Stop() (rows int64, err error) {
	w.stop()
	err = <-w.done
	return w.rows, err
}

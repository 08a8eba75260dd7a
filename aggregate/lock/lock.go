// Package lock lets one program at a time change aggregates on a server.
package lock

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// ErrTaken says that another program holds the lock.
var ErrTaken = errors.New("another program is changing the aggregates")

// ErrLost says that the server ended the query that holds it.
var ErrLost = errors.New("the lock on the aggregates is lost")

// Server runs queries, and one under an id until it is cancelled.
type Server interface {
	Rows(ctx context.Context, sql string) ([][]string, error)
	Hold(ctx context.Context, id, sql string) error
}

// id is the query's: the server lets no second one with it run.
const id = "tidemark-aggregate-lock"

// took bounds how long the query may take to be seen.
const took = 30 * time.Second

// Take holds the lock until release is called or the program dies. The context that it gives ends when it is lost.
func Take(ctx context.Context, server Server) (held context.Context, release func(), err error) {
	host, _ := os.Hostname()
	owner := fmt.Sprintf("process %d on %s, %s", os.Getpid(), host, rand.Text())
	held, cancel := context.WithCancelCause(ctx)
	ended := make(chan error, 1)
	go func() {
		err := server.Hold(held, id, "SELECT sleepEachRow(1) FROM numbers(1000000) SETTINGS max_block_size = 1, max_execution_time = 0 /* "+owner+" */")
		cancel(fmt.Errorf("%w: %w", ErrLost, errors.Join(err)))
		ended <- err
	}()
	release = func() {
		cancel(context.Canceled)
		<-ended
		gone(context.WithoutCancel(ctx), server, owner)
	}
	if err := seen(held, server, owner); err != nil {
		release()
		return nil, nil, err
	}
	return held, release, nil
}

// gone waits until the server has noticed that the query's client left, so that whoever comes next finds it free.
func gone(ctx context.Context, server Server, owner string) {
	for deadline := time.Now().Add(took); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		rows, err := server.Rows(ctx, "SELECT query FROM system.processes WHERE query_id = '"+id+"'")
		if err != nil || len(rows) == 0 || !strings.Contains(rows[0][0], owner) {
			return
		}
	}
}

// seen waits until the query runs, or another's does.
func seen(ctx context.Context, server Server, owner string) error {
	for deadline := time.Now().Add(took); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		rows, err := server.Rows(context.WithoutCancel(ctx), "SELECT query FROM system.processes WHERE query_id = '"+id+"'")
		if err != nil {
			return fmt.Errorf("look for the lock: %w", err)
		}
		switch {
		case len(rows) > 0 && strings.Contains(rows[0][0], owner):
			return nil
		case len(rows) > 0:
			_, by, _ := strings.Cut(rows[0][0], "/* ")
			by, _, _ = strings.Cut(by, " */")
			return fmt.Errorf("%w: %s; wait for it, or end it", ErrTaken, by)
		case ctx.Err() != nil:
			return fmt.Errorf("take the lock: %w", context.Cause(ctx))
		}
	}
	return fmt.Errorf("take the lock: the server did not begin its query within %s", took)
}

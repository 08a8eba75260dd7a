package boundary

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Server runs queries.
type Server interface {
	Rows(ctx context.Context, sql string) ([][]string, error)
}

// Reader looks at one raw table.
type Reader struct {
	Server Server
	Table  string // without its database, which is raw
	// Stopped says that no sink runs. What raw holds beyond the last applied batch will then be sent again, and so goes
	// through every view that is made before.
	Stopped bool
}

// Reached gives per place the offset behind the last row in raw.
func (r Reader) Reached(ctx context.Context) (Vector, error) {
	return r.vector(ctx, "SELECT _incarnation, _partition, max(_offset) + 1 FROM raw.`"+r.Table+"` GROUP BY _incarnation, _partition")
}

// Applied gives per place the offset behind the last batch that is in raw and all its views.
func (r Reader) Applied(ctx context.Context) (Vector, error) {
	return r.vector(ctx, "SELECT incarnation, partition, max(next_offset) FROM ops.applied WHERE table = 'raw."+r.Table+"' GROUP BY incarnation, partition")
}

func (r Reader) vector(ctx context.Context, sql string) (Vector, error) {
	rows, err := r.Server.Rows(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("read offsets of raw.%s: %w", r.Table, err)
	}
	v := Vector{}
	for _, row := range rows {
		partition, err := strconv.Atoi(row[1])
		if err != nil {
			return nil, fmt.Errorf("read offsets of raw.%s: %w", r.Table, err)
		}
		if v[Place{row[0], partition}], err = strconv.ParseUint(row[2], 10, 64); err != nil {
			return nil, fmt.Errorf("read offsets of raw.%s: %w", r.Table, err)
		}
	}
	return v, nil
}

// pollEvery is how often a wait looks again.
const pollEvery = 20 * time.Millisecond

// until asks again and again.
func until(ctx context.Context, done func() (bool, error)) error {
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pollEvery):
		}
	}
}

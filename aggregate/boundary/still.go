package boundary

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrNeverStill says that inserts into the table followed each other too closely.
var ErrNeverStill = errors.New("no moment without an insert was found")

// patience is how long a moment is waited for.
const patience = 2 * time.Minute

// look is what is going on at the table.
type look struct {
	running, rows string
}

// Still carries out act at a moment at which raw, and all that its views feed, stand at one position: no insert runs
// from before act until after it. Where one does, undo is called and another moment is waited for. The vector is where
// the table stood.
func (r Reader) Still(ctx context.Context, act, undo func(context.Context) error) (Vector, error) {
	began := time.Now()
	why := fmt.Errorf("%w; try again when less is written", ErrNeverStill)
	for time.Since(began) < patience {
		before, err := r.look(ctx)
		if err != nil {
			return nil, err
		}
		if before.running == "0" {
			v, err := r.during(ctx, before, act)
			if err == nil {
				return v, nil
			}
			if !errors.Is(err, errMoved) && !errors.Is(err, ErrUnknownRows) {
				return nil, err
			}
			if errors.Is(err, ErrUnknownRows) {
				why = fmt.Errorf("%w; start the sink and let it settle", err)
			}
			if err := undo(ctx); err != nil {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pollEvery):
		}
	}
	return nil, fmt.Errorf("raw.%s, in %s: %w", r.Table, patience, why)
}

// errMoved says that the moment was none.
var errMoved = errors.New("rows came in meanwhile")

// during acts, and looks whether the table stood still.
func (r Reader) during(ctx context.Context, before look, act func(context.Context) error) (Vector, error) {
	v, err := r.Applied(ctx)
	if err != nil {
		return nil, err
	}
	if err := act(ctx); err != nil {
		return nil, err
	}
	after, err := r.look(ctx)
	if err != nil {
		return nil, err
	}
	if after != before {
		return nil, errMoved
	}
	// A batch that is in raw but not in ops.applied may not have reached every view.
	rows, err := r.Server.Rows(ctx, "SELECT countIf("+v.Below()+") FROM raw.`"+r.Table+"`")
	if err != nil {
		return nil, fmt.Errorf("count raw.%s: %w", r.Table, err)
	}
	if rows[0][0] != before.rows {
		return nil, ErrUnknownRows
	}
	return v, nil
}

func (r Reader) look(ctx context.Context) (look, error) {
	rows, err := r.Server.Rows(ctx, "SELECT (SELECT count() FROM system.processes WHERE "+inserts(r.Table)+
		"), (SELECT ifNull(total_rows, 0) FROM system.tables WHERE database = 'raw' AND name = '"+r.Table+"')")
	if err != nil {
		return look{}, fmt.Errorf("look at raw.%s: %w", r.Table, err)
	}
	return look{rows[0][0], rows[0][1]}, nil
}

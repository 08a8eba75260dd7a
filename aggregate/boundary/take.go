package boundary

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"
)

// ErrTooBusy says that no cut could be taken: partitions passed every one before the view was there.
var ErrTooBusy = errors.New("the table is written faster than a boundary can be set ahead of it")

// ErrUnknownRows says that raw holds rows that no sink accounts for.
var ErrUnknownRows = errors.New("raw holds rows that ops.applied does not know")

const (
	attempts = 12
	// settle is how long a batch in raw may take to stand in ops.applied.
	settle = 2 * time.Minute
	// stalled is how long a place may stand still below its boundary before the cut is taken anew without a margin.
	stalled = 10 * time.Second
)

// Feed makes and removes the view that counts what is above a cut.
type Feed interface {
	Create(ctx context.Context, v Vector) error
	Remove(ctx context.Context) error
}

// Take makes the feed at a cut that no row escapes: each row of the table is counted by the feed when it is at or above
// the cut, and is in raw for good, uncounted, when it is below. Places that stand still are cut right behind their last
// batch; those that move get a boundary ahead of them, and Take waits until they have passed it.
//
// An insert that began before the view was there does not feed it. So the cut holds only when, after all such inserts
// have ended, no place has rows at or above its boundary but those that the view has seen: it is enough that none has
// passed it by then. Otherwise everything begins anew, further ahead.
func (r Reader) Take(ctx context.Context, f Feed) (Vector, error) {
	if r.Stopped {
		v, err := r.Applied(ctx)
		if err != nil {
			return nil, err
		}
		return v, f.Create(ctx, v)
	}
	margin := map[Place]uint64{}
	for range attempts {
		v, err := r.ahead(ctx, margin)
		if err != nil {
			return nil, err
		}
		if err := f.Create(ctx, v); err != nil {
			return nil, err
		}
		late, err := r.late(ctx, v, margin)
		if err != nil {
			return nil, err
		}
		if len(late) == 0 {
			if late, err = r.pass(ctx, v, margin); err != nil {
				return nil, err
			}
			if len(late) == 0 {
				return v, nil
			}
		}
		if err := f.Remove(ctx); err != nil {
			return nil, err
		}
		maps.Copy(margin, late)
	}
	return nil, fmt.Errorf("raw.%s: %w (%d attempts)", r.Table, ErrTooBusy, attempts)
}

// ahead is where the cut would be: behind the last batch of each place, and its margin more. What raw holds must stand in
// ops.applied, for a batch may be several blocks with one offset: a place that does not move is waited for, and one that
// moves on before it is seen to rest gets a margin.
func (r Reader) ahead(ctx context.Context, margin map[Place]uint64) (v Vector, err error) {
	began := time.Now()
	var first Vector
	err = until(ctx, func() (bool, error) {
		reached, err := r.Reached(ctx)
		if err != nil {
			return false, err
		}
		if v, err = r.Applied(ctx); err != nil {
			return false, err
		}
		if first == nil {
			first = maps.Clone(v)
		}
		settled := true
		for p, next := range reached {
			if v[p] < next && margin[p] == 0 {
				if v[p] > first[p] {
					margin[p] = next - v[p]
				} else if settled = false; time.Since(began) > settle {
					return false, fmt.Errorf("%w: raw.%s, incarnation %s, partition %d: raw reaches %d, applied is %d; start the sink and let it settle",
						ErrUnknownRows, r.Table, p.Incarnation, p.Partition, next, v[p])
				}
			}
			v[p] = max(v[p], next)
		}
		return settled, nil
	})
	for p := range v {
		v[p] += margin[p]
	}
	return v, err
}

// late gives the places that passed the cut before the feed was sure to see them, with the margin that they need.
func (r Reader) late(ctx context.Context, v Vector, margin map[Place]uint64) (map[Place]uint64, error) {
	if err := DrainInserts(ctx, r.Server, r.Table); err != nil {
		return nil, err
	}
	reached, err := r.Reached(ctx)
	if err != nil {
		return nil, err
	}
	late := map[Place]uint64{}
	for p, next := range reached {
		if v[p] < next {
			late[p] = 4*(next-v[p]) + 2*margin[p] + 1
		}
	}
	return late, nil
}

// pass waits until every place with a margin has gone beyond its boundary, so that what is below it is complete. One
// that stands still below it is given back with no margin.
func (r Reader) pass(ctx context.Context, v Vector, margin map[Place]uint64) (still map[Place]uint64, err error) {
	moved, last := time.Now(), Vector{}
	err = until(ctx, func() (bool, error) {
		applied, err := r.Applied(ctx)
		if err != nil {
			return false, err
		}
		if !maps.Equal(applied, last) {
			moved, last = time.Now(), applied
		}
		behind := map[Place]uint64{}
		for p := range v {
			if margin[p] > 0 && applied[p] < v[p] {
				behind[p] = 0
			}
		}
		if len(behind) > 0 && time.Since(moved) < stalled {
			return false, nil
		}
		still = behind
		return true, nil
	})
	return still, err
}

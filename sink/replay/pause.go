package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

var (
	// ErrNotStill: a worker did not say in time that it stands still.
	ErrNotStill = errors.New("not every worker of the topic stands still")
	// ErrMoved: a worker went on although it had said that it stands still.
	ErrMoved = errors.New("a worker went on: the lease was over")
)

// still is how long the workers may take to stand still: a batch that is on its way comes first.
const still = 2 * time.Minute

// pause makes every worker of the topic stand still and gives the commits that say so.
// Until release, the lease is renewed.
func (r *Record) pause(ctx context.Context, k Kafka, s Server, group string) (at []ledger.Entry, err error) {
	r.Phase = Pausing
	if err := r.Write(ctx, s, lease); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, still, ErrNotStill)
	defer cancel()
	for renewed := time.Now(); ; {
		var waiting []int
		if at, waiting, err = r.standing(ctx, k, group); err != nil {
			return nil, err
		}
		if len(waiting) == 0 {
			return at, nil
		}
		if err := r.standFor(ctx, k, group, waiting, at); err != nil {
			return nil, err
		}
		if time.Since(renewed) > renewal {
			renewed = time.Now()
			if err := r.Write(ctx, s, lease); err != nil {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: partitions %v of %s; are the sinks of group %s running, and does none of them say that a partition stopped?", context.Cause(ctx), waiting, r.Topic, group)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// standing gives the commits, and the partitions whose workers have not said that they
// stand still for this replay.
func (r *Record) standing(ctx context.Context, k Kafka, group string) (at []ledger.Entry, waiting []int, err error) {
	if at, err = commits(ctx, k, group, r.Topic); err != nil {
		return nil, nil, err
	}
	for p, e := range at {
		if e.Kind != ledger.Done || e.Paused != r.ID {
			waiting = append(waiting, p)
		}
	}
	return at, waiting, nil
}

// standFor says it for partitions that nobody works on: where the group has no member. The
// broker refuses it once there is one.
func (r *Record) standFor(ctx context.Context, k Kafka, group string, waiting []int, at []ledger.Entry) error {
	res, err := k.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})
	if err != nil || len(res.Groups) != 1 || len(res.Groups[0].Members) > 0 || !slices.Contains([]string{"Empty", "Dead"}, res.Groups[0].GroupState) {
		return nil // somebody works, or nobody knows
	}
	for _, p := range waiting {
		e := at[p]
		if e.Kind == ledger.Sealed {
			return fmt.Errorf("%w: partition %d has a range on its way and no sink runs: start one", ErrNotStill, p)
		}
		e.Kind, e.Paused = ledger.Done, r.ID
		err := ledger.New(k, ledger.Fence{Group: group, Generation: -1}, r.Topic, p).Commit(ctx, e)
		if err != nil && !errors.Is(err, ledger.ErrRefused) {
			return err
		}
	}
	return nil
}

// exchanging writes that from here on the replay is gone through with, and then looks
// whether the workers still stand where they stood and nothing was folded. rule: pause-recheck.
func (r *Record) exchanging(ctx context.Context, k Kafka, s Server, group string, at []ledger.Entry) error {
	r.Phase = Exchanging
	if err := r.Write(ctx, s, lease); err != nil {
		return err
	}
	now, waiting, err := r.standing(ctx, k, group)
	if err == nil && (len(waiting) > 0 || !slices.Equal(now, at)) {
		err = ErrMoved
	}
	if err == nil {
		err = r.unfolded(ctx, s)
	}
	if err == nil {
		return nil
	}
	r.Phase = Building
	return errors.Join(err, r.Write(context.WithoutCancel(ctx), s, lease))
}

// release lets the workers go on with the tables as they are.
func (r *Record) release(ctx context.Context, s Server) error {
	r.Phase = Building
	return r.Write(context.WithoutCancel(ctx), s, 0)
}

// renew keeps the lease while f works.
func (r *Record) renew(ctx context.Context, s Server, f func(context.Context) error) error {
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(renewal):
				_ = r.Write(ctx, s, lease) // the next one may succeed; without one the lease runs out
			}
		}
	}()
	err := f(ctx)
	close(done)
	<-stopped
	return err
}

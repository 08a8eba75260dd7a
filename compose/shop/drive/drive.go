// Package drive feeds steps to a store at a given pace through several writers.
package drive

import (
	"context"
	"hash/fnv"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"golang.org/x/sync/errgroup"
)

// Store takes steps in order.
type Store interface {
	Apply(ctx context.Context, steps []change.Step) error
}

// Pace holds a step back until its time. It returns early with an error when ctx ends.
type Pace interface {
	Wait(ctx context.Context, changes int) error
}

// Driver moves steps from a source into a store.
type Driver struct {
	Store Store
	// Writers work side by side; all steps of an entity go through the same one.
	Writers int
	// Batch bounds how many waiting steps a writer sends at once.
	Batch int
	Count *Count
}

// queued is the least that is made ahead of the writers, per writer, in steps.
const queued = 128

// Run takes steps from next until it gives false, stop is done, or a write fails. What was taken is written before Run
// returns, unless ctx ends.
func (d *Driver) Run(ctx, stop context.Context, pace Pace, next func() (change.Step, bool)) error {
	group, ctx := errgroup.WithContext(ctx)
	stop, cancel := context.WithCancel(stop)
	defer cancel()
	context.AfterFunc(ctx, cancel) // a writer that failed must not leave the pace waiting
	queues := make([]chan change.Step, d.Writers)
	for i := range queues {
		queues[i] = make(chan change.Step, max(queued, d.Batch))
		group.Go(func() error { return d.write(ctx, queues[i]) })
	}
	group.Go(func() error {
		defer closeAll(queues)
		return feed(ctx, stop, pace, next, queues)
	})
	return group.Wait()
}

func closeAll(queues []chan change.Step) {
	for _, q := range queues {
		close(q)
	}
}

func feed(ctx, stop context.Context, pace Pace, next func() (change.Step, bool), queues []chan change.Step) error {
	for stop.Err() == nil {
		step, ok := next()
		if !ok {
			return nil
		}
		if err := pace.Wait(stop, len(step.Changes)); err != nil {
			return nil // stopped while waiting: the step was never begun
		}
		select {
		case queues[shard(step.Entity, len(queues))] <- step:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func shard(entity string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(entity))
	return int(h.Sum32() % uint32(n))
}

func (d *Driver) write(ctx context.Context, queue <-chan change.Step) error {
	var steps []change.Step
	for step := range queue {
		steps = d.gather(append(steps[:0], step), queue)
		started := time.Now()
		if err := d.Store.Apply(ctx, steps); err != nil {
			return err
		}
		d.Count.add(steps, time.Since(started))
	}
	return nil
}

// gather takes what waits already: alone steps are written one by one, behind they go together.
func (d *Driver) gather(steps []change.Step, queue <-chan change.Step) []change.Step {
	for len(steps) < d.Batch {
		select {
		case step, ok := <-queue:
			if !ok {
				return steps
			}
			steps = append(steps, step)
		default:
			return steps
		}
	}
	return steps
}

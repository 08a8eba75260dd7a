package batch

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// Budget bounds the bytes of all batches of the process that are open or in flight.
// A batch that cannot grow is closed early; a new one waits until another is applied.
type Budget struct {
	sem  *semaphore.Weighted
	step int64
	most int64
	// held is what all builders, lent or free, have grown to.
	held atomic.Int64
}

// NewBudget allows about bytes; partitions is how many workers share it.
func NewBudget(bytes int64, partitions int) *Budget {
	const least = 64 << 10
	step := min(1<<20, max(least, bytes/int64(4*max(partitions, 1))))
	most := max(bytes, 2*step*int64(partitions))
	return &Budget{sem: semaphore.NewWeighted(most), step: step, most: most}
}

// open waits for a batch's first bytes.
func (b *Budget) open(ctx context.Context, batch *Batch) error {
	if err := b.sem.Acquire(ctx, b.step); err != nil {
		return context.Cause(ctx)
	}
	batch.reserved = b.step
	return nil
}

// grow reports whether the batch may go on to hold bytes.
func (b *Budget) grow(batch *Batch, bytes int) bool {
	for batch.reserved < int64(bytes) {
		if !b.sem.TryAcquire(b.step) {
			return false
		}
		batch.reserved += b.step
	}
	return true
}

func (b *Budget) release(batch *Batch) {
	b.sem.Release(batch.reserved)
	batch.reserved = 0
}

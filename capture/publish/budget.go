package publish

import "sync/atomic"

// budget bounds the bytes that are appended and not yet acknowledged. One goroutine
// takes, many give back.
type budget struct {
	used  atomic.Int64
	limit int64
	freed chan struct{} // holds one token after bytes were given back
}

func newBudget(limit int) *budget {
	return &budget{limit: int64(limit), freed: make(chan struct{}, 1)}
}

// take counts n bytes and reports whether the limit still holds.
func (b *budget) take(n int) bool { return b.used.Add(int64(n)) <= b.limit }

func (b *budget) over() bool { return b.used.Load() > b.limit }

func (b *budget) give(n int) {
	b.used.Add(-int64(n))
	select {
	case b.freed <- struct{}{}:
	default:
	}
}

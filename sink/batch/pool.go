package batch

import (
	"fmt"
	"sync"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// Pool lends the builders of one table to the workers of its partitions, so that an
// idle partition holds none of their buffers.
type Pool struct {
	contract *contract.Contract
	mu       sync.Mutex
	free     []*rows.Builder
	// high is the most that each builder has held: its buffers are that large for good.
	high map[*rows.Builder]int64
}

// NewPool compiles a first builder, which fails when the contract cannot be built.
func NewPool(c *contract.Contract) (*Pool, error) {
	p := &Pool{contract: c, high: map[*rows.Builder]int64{}}
	b, err := p.Get()
	if err != nil {
		return nil, err
	}
	p.free = append(p.free, b)
	return p, nil
}

// Get lends a builder; Collector.Release gives a batch's back.
func (p *Pool) Get() (*rows.Builder, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b, nil
	}
	b, err := rows.Compile(p.contract)
	if err != nil {
		return nil, fmt.Errorf("contract of %s: %w", p.contract.Topic(), err)
	}
	p.high[b] = 0
	return b, nil
}

// put takes a builder back, or lets it go when the builders of the process hold more than
// the budget: one after the other they would all grow to the largest batch.
func (p *Pool) put(b *rows.Builder, budget *Budget) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := int64(b.Bytes()); now > p.high[b] {
		budget.held.Add(now - p.high[b])
		p.high[b] = now
	}
	if budget.held.Load() > budget.most {
		budget.held.Add(-p.high[b])
		delete(p.high, b)
		return
	}
	p.free = append(p.free, b)
}

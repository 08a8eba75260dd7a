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
}

// NewPool compiles a first builder, which fails when the contract cannot be built.
func NewPool(c *contract.Contract) (*Pool, error) {
	p := &Pool{contract: c}
	b, err := p.Get()
	if err != nil {
		return nil, err
	}
	p.put(b)
	return p, nil
}

// Get lends a builder; Collector.Release gives a batch's back.
func (p *Pool) Get() (*rows.Builder, error) {
	p.mu.Lock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		p.mu.Unlock()
		return b, nil
	}
	p.mu.Unlock()
	b, err := rows.Compile(p.contract)
	if err != nil {
		return nil, fmt.Errorf("contract of %s: %w", p.contract.Topic(), err)
	}
	return b, nil
}

func (p *Pool) put(b *rows.Builder) {
	p.mu.Lock()
	p.free = append(p.free, b)
	p.mu.Unlock()
}

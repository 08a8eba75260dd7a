package worker

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/lookup"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// Store is one connection to ClickHouse.
type Store interface {
	// Open makes sure that the connection is there, so that nothing slow stands between
	// the last commit of a seal and the send.
	Open(ctx context.Context) error
	Insert(ctx context.Context, database, table string, input proto.Input, token string) error
	Query(ctx context.Context, s clickhouse.Select) error
}

// Raw answers what a raw table holds.
type Raw interface {
	rows.Lookup
	Count(ctx context.Context, s lookup.Scope) (int, error)
	Live(ctx context.Context, s lookup.Scope, yield func(*rows.Images) error) error
}

// Lease is a connection that one worker uses for a while.
type Lease struct {
	Store
	open func(*contract.Contract) (Raw, error)
	raw  map[*contract.Contract]Raw
}

// NewLease wraps a connection; open makes the look-up of a table over it.
func NewLease(s Store, open func(*contract.Contract) (Raw, error)) *Lease {
	return &Lease{Store: s, open: open, raw: map[*contract.Contract]Raw{}}
}

// Raw is the look-up of c's table.
func (l *Lease) Raw(c *contract.Contract) (Raw, error) {
	if r, ok := l.raw[c]; ok {
		return r, nil
	}
	r, err := l.open(c)
	if err != nil {
		return nil, fmt.Errorf("look-up of raw.%s: %w", c.Target.Table, err)
	}
	l.raw[c] = r
	return r, nil
}

// Leases are the connections that all workers share. Their number is how many inserts
// run at once: more would only make ClickHouse slower.
type Leases struct{ free chan *Lease }

// NewLeases holds the given connections.
func NewLeases(all ...*Lease) *Leases {
	l := &Leases{free: make(chan *Lease, len(all))}
	for _, one := range all {
		l.free <- one
	}
	return l
}

func (l *Leases) take(ctx context.Context) (*Lease, error) {
	select {
	case one := <-l.free:
		return one, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *Leases) put(one *Lease) { l.free <- one }

// With lends a connection to f, which is open.
func (l *Leases) With(ctx context.Context, f func(*Lease) error) error {
	one, err := l.take(ctx)
	if err != nil {
		return err
	}
	defer l.put(one)
	if err := one.Open(ctx); err != nil {
		return err
	}
	return f(one)
}

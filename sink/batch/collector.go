package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// Collector cuts one partition's records, taken in offset order, into batches.
type Collector struct {
	Contract  *contract.Contract
	Partition int
	Limits    Limits
	Pool      *Pool
	Budget    *Budget
	// Doubt is set where the records below the start were not read: then no record's own before
	// image is taken for what raw holds.
	Doubt bool
	// Keys have unresolved dead letters below the start.
	Keys *Keys
	// Emit takes a closed batch; it may block. Release gives the batch back later.
	Emit func(context.Context, *Batch) error

	state   ledger.State
	next    int64
	open    *Batch
	pending *ledger.Range
	record  rows.Record
}

// Start sets where the partition stands: the state below next and, when a range was
// sealed there, that range, which is then cut exactly as it was.
func (c *Collector) Start(e ledger.Entry) {
	c.state, c.next, c.open, c.pending = e.State, e.Next, nil, nil
	if e.Kind == ledger.Sealed {
		r := e.Range
		c.pending = &r
	}
}

// Open is the batch that is being filled, nil when there is none.
func (c *Collector) Open() *Batch { return c.open }

// Rebuilding reports whether a range that was sealed before is being collected.
func (c *Collector) Rebuilding() bool { return c.pending != nil }

// Take adds the next record, and emits batches that it completes. The record is only
// read during the call.
func (c *Collector) Take(ctx context.Context, rec *consume.Record) error {
	if c.open != nil && alone(rec) { // rule: retract-alone: what it may take back must all be below it, and applied
		if err := c.Flush(ctx); err != nil {
			return err
		}
	}
	if c.open == nil {
		if err := c.begin(ctx); err != nil {
			return err
		}
	}
	c.count(rec)
	retract, err := c.route(rec)
	if err != nil {
		return fmt.Errorf("%s/%d at offset %d: %w", c.Contract.Topic(), c.Partition, rec.Offset, err)
	}
	c.open.Retract = retract
	if retract != nil || c.full(rec.Offset) {
		return c.Flush(ctx)
	}
	return nil
}

// begin opens a batch at the next offset.
func (c *Collector) begin(ctx context.Context) error {
	b := &Batch{First: c.next, Last: c.next - 1, Before: c.state, Began: time.Now(), Pending: c.pending}
	if c.pending == nil { // a range sealed before needs what it needs
		if err := c.Budget.open(ctx, b); err != nil {
			return err
		}
	}
	c.open = b
	return nil
}

func (c *Collector) count(rec *consume.Record) {
	b := c.open
	b.Skipped += rec.Offset - b.Last - 1
	b.Last = rec.Offset
	b.Records++
	b.Bytes += int64(len(rec.Key) + len(rec.Value))
}

func (c *Collector) full(offset int64) bool {
	if c.pending != nil {
		return offset >= c.pending.Last // rule: exact-range
	}
	return c.Limits.Full(c.open) || c.open.Rows != nil && !c.Budget.grow(c.open, c.open.Rows.Bytes())
}

// Flush closes the open batch and emits it.
func (c *Collector) Flush(ctx context.Context) error {
	b := c.Cut()
	if b == nil {
		return nil
	}
	return c.Emit(ctx, b)
}

// Cut closes the open batch and gives it; nil when there is none.
func (c *Collector) Cut() *Batch {
	b := c.open
	if b == nil {
		return nil
	}
	b.After = c.state
	c.open, c.pending, c.next = nil, nil, b.Last+1
	return b
}

// Release takes back what a batch holds, once it is applied or given up. Unlike the
// other methods it may be called from another goroutine.
func (c *Collector) Release(b *Batch) {
	c.Budget.release(b)
	if b.Rows != nil {
		c.Pool.put(b.Rows, c.Budget)
		b.Rows = nil
	}
}

// builder gives the open batch its block.
func (c *Collector) builder() (*rows.Builder, error) {
	if c.open.Rows == nil {
		built, err := c.Pool.Get()
		if err != nil {
			return nil, err
		}
		built.Begin(rows.Place{Incarnation: c.state.Incarnation, Partition: c.Partition})
		c.open.Rows = built
	}
	return c.open.Rows, nil
}

// event adds a change that is neither marker nor duplicate.
func (c *Collector) event(rec *consume.Record, h event.Header) error {
	if c.state.Incarnation == "" {
		return ErrNoIncarnation
	}
	built, err := c.builder()
	if err != nil {
		return err
	}
	if !h.Flags.Repair() { // rule: repair-keeps-high: its position says nothing of what follows
		c.state.HighWater = h.Version
		c.open.times(h.CommitTime)
	}
	c.open.Events++
	torn, any := c.torn(rec.Key, h.Version)
	c.record = rows.Record{Offset: rec.Offset, Key: rec.Key, Value: rec.Value, Header: h, Torn: torn, Floor: c.state.Floor}
	err = built.Add(&c.record, c.chained(any, h))
	var reject *rows.Reject
	if errors.As(err, &reject) {
		c.dead(rec, h, string(reject.Class), reject.Error())
		return nil
	}
	return err
}

// dead keeps a record that makes no row.
func (c *Collector) dead(rec *consume.Record, h event.Header, reason, message string) {
	c.Keys.Add(rec.Key, h.Version)
	c.open.Dead = append(c.open.Dead, Letter(c.Contract, c.Partition, c.state.Incarnation, rec, h, reason, message))
}

// Letter describes a record that makes no row, with copies of its bytes.
func Letter(ct *contract.Contract, partition int, incarnation string, rec *consume.Record, h event.Header, reason, message string) deadletter.Letter {
	header, _ := rec.Header(event.HeaderKey)
	return deadletter.Letter{
		Source: ct.Source, Topic: ct.Topic(), Incarnation: incarnation, Partition: partition, Offset: rec.Offset,
		Version: h.Version, Op: h.Op, Table: "raw." + ct.Target.Table, Reason: reason, Err: message,
		Key: rec.Key, Value: rec.Value, Header: header, Schema: ct.ID(), Again: deadletter.AgainOf(rec),
	}.Keep()
}

func (b *Batch) times(commit int64) {
	if b.Oldest == 0 || commit < b.Oldest {
		b.Oldest = commit
	}
	b.Newest = max(b.Newest, commit)
}

// Package rows turns a batch of records into one block of signed rows for raw. The
// invariant that it keeps: per key the sum of raw's signs is 0 or 1, and what remains
// is the newest image.
package rows

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/cespare/xxhash/v2"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// Builder builds one batch after another for one table; it is compiled once per
// contract and reuses its buffers. One goroutine uses it.
type Builder struct {
	layout *layout
	cols   []column.Column
	meta   *meta
	input  proto.Input

	place  Place
	first  int64
	counts Counts

	trail trail
	held  *held
	block *blockWriter

	repairs []Repair
	buried  []Buried
}

// Compile prepares a builder for a contract. It fails on a ClickHouse type that no
// builder exists for, or that cannot hold the source type's values exactly.
func Compile(c *contract.Contract) (*Builder, error) {
	l, err := newLayout(c)
	if err != nil {
		return nil, err
	}
	b := &Builder{layout: l, block: newBlockWriter()}
	if b.cols, err = l.columns(); err != nil {
		return nil, err
	}
	if b.meta, err = newMeta(); err != nil {
		return nil, err
	}
	if b.held, err = newHeld(l); err != nil {
		return nil, err
	}
	for i, col := range b.cols {
		b.input = append(b.input, proto.InputColumn{Name: c.Columns[i].Name, Data: col.Data()})
	}
	b.input = append(b.input, b.meta.input()...)
	return b, nil
}

// Begin empties the builder for a batch from place.
func (b *Builder) Begin(place Place) {
	for _, c := range b.cols {
		c.Reset()
	}
	b.meta.reset()
	b.trail.reset()
	b.held.reset()
	b.repairs, b.buried = b.repairs[:0], b.buried[:0]
	b.place, b.first, b.counts = place, -1, Counts{}
}

// Add takes the next record of the partition. chained says that the record's own before
// image is what raw holds: the header's flag is set and nothing has broken the chain
// since (an open snapshot window, a dead letter of the key). Otherwise, and always when it
// is a repair, the record waits for Resolve. The error is a *Reject; the record is then a dead letter.
func (b *Builder) Add(r *Record, chained bool) error {
	b.counts.Records++
	if b.first < 0 {
		b.first = r.Offset
	}
	if r.Value == nil {
		b.counts.Tombstones++
		return nil
	}
	hash := xxhash.Sum64(r.Key)
	if f := b.add(r, hash, chained); f != nil {
		b.counts.Rejected++
		// What raw holds of the key is no longer what the next record's image says.
		b.held.tear(hash, r.Header.Version)
		return f.reject(r.Offset)
	}
	return nil
}

func (b *Builder) add(r *Record, hash uint64, chained bool) *fault {
	chained = chained && !r.Header.Flags.Repair() && len(b.layout.contract.Key) > 0 && !b.held.knows(hash)
	if chained && b.quick(r, hash) {
		return nil
	}
	env, err := wire.ParseEnvelope(r.Value)
	if err != nil {
		return malformed(err)
	}
	if err := checkOp(&r.Header, &env); err != nil {
		return malformed(err)
	}
	if len(b.layout.contract.Key) == 0 {
		return b.log(r, &env)
	}
	if chained {
		if done, f := b.direct(r, hash, &env); done || f != nil {
			return f
		}
	}
	return b.hold(r, hash, &env)
}

// Retract takes back row i of live, a block of rows that raw holds alive: a truncate's
// or a snapshot end's work. at and offset are the truncate's or the marker's; what a
// marker takes back counts as deleted.
func (b *Builder) Retract(live *Images, i int, at event.Header, offset int64) {
	if at.Op == event.Marking {
		at.Op = event.Delete
	}
	b.copyRow(live.cols, i)
	b.meta.add(-1, &at, offset)
	b.counts.Retracted++
}

// copyRow appends row i of cols.
func (b *Builder) copyRow(cols []column.Column, i int) {
	for c := range b.cols {
		b.cols[c].AppendFrom(cols[c], i)
	}
}

// Open is how many records wait for Resolve.
func (b *Builder) Open() int { return b.counts.Open }

// Rows is the number of rows in the block.
func (b *Builder) Rows() int { return b.meta.rows() }

// Bytes is about what the block's columns and the waiting records occupy.
func (b *Builder) Bytes() int {
	n := b.meta.rows() * metaBytes
	for i, c := range b.cols {
		n += c.Bytes() + b.held.cols[i].Bytes()
	}
	return n
}

// Counts explains the batch so far; Counts().Check(Rows()) must hold before a send.
func (b *Builder) Counts() Counts { return b.counts }

// Package rows turns a batch of records into one block of signed rows for raw.
package rows

import (
	"context"
	"errors"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Builder builds one batch after another for one table; it is compiled once per
// contract and reuses its buffers. One goroutine uses it.
type Builder struct{ counts Counts }

// Compile prepares a builder for a contract. It fails on a ClickHouse type that no
// builder exists for, or that cannot hold the source type's form.
func Compile(c *contract.Contract) (*Builder, error) { return &Builder{}, nil }

// Begin empties the builder for a batch from place.
func (b *Builder) Begin(place Place) {}

// Add takes the next record of the partition. chained says that the record's own before
// image is what raw holds: the header's flag is set and nothing has broken the chain
// since (an open snapshot window, a dead letter of the key). Otherwise the record waits
// for Resolve. The error is a *Reject; the record is then a dead letter.
func (b *Builder) Add(r *Record, chained bool) error { return errors.New("not built yet") }

// Retract takes back row i of live, a block of rows that raw holds alive: a truncate's
// or a snapshot end's work. at is the marker's or truncate's header and offset.
func (b *Builder) Retract(live *Images, i int, at event.Header, offset int64) {}

// Open is how many records wait for Resolve.
func (b *Builder) Open() int { return b.counts.Open }

// Resolve completes the waiting records from what raw holds. The rejects are dead
// letters. After another error nothing may be sent; Resolve can be called again.
func (b *Builder) Resolve(ctx context.Context, l Lookup) ([]*Reject, error) { return nil, nil }

// Rows is the number of rows in the block.
func (b *Builder) Rows() int { return 0 }

// Bytes is about what the block's columns occupy.
func (b *Builder) Bytes() int { return 0 }

// Counts explains the batch so far; Counts().Check(Rows()) must hold before a send.
func (b *Builder) Counts() Counts { return b.counts }

// Checksum is xxhash64 over the block's column names, types and encoded bytes. Two
// builds of the same records over the same raw rows have the same checksum.
func (b *Builder) Checksum() uint64 { return 0 }

// Input is the block; valid until the builder changes.
func (b *Builder) Input() proto.Input { return nil }

package consume

import (
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// Chunk is what one Poll brought. Records come in offset order, each offset once; where
// the bytes are at fault it ends early, and the next Poll asks for the rest again.
type Chunk struct {
	r       *Reader
	rest    []byte
	batch   recordbatch.Batch
	it      recordbatch.Iter
	open    bool
	whole   bool // a whole batch was among the bytes
	scratch []byte
	err     error
}

// Next moves to the next record; it is false at the end.
func (c *Chunk) Next() bool {
	for c.err == nil {
		if c.open && c.record() {
			return true
		}
		if c.err != nil || !c.advance() {
			return false
		}
	}
	return false
}

// Record is the current record.
func (c *Chunk) Record() *Record { return &c.it.Record }

// Err is ErrBroken when the chunk ended at bytes that stay unreadable.
func (c *Chunk) Err() error {
	if c.err == errAgain {
		return nil
	}
	return c.err
}

// record takes the open batch's next record that was not handed over yet.
func (c *Chunk) record() bool {
	for c.it.Next() {
		switch o := c.it.Record.Offset; {
		case o < c.r.next:
			continue // the batch began below what was asked for
		case o > c.r.next && !c.r.Compacted:
			c.fail(fmt.Errorf("%w: %d follows", errGap, o))
			return false
		default:
			c.r.skipped += o - c.r.next
			c.r.next, c.r.faults = o+1, 0
			return true
		}
	}
	c.open = false
	if err := c.it.Err(); err != nil {
		c.fail(err)
		return false
	}
	c.close()
	return false
}

// close passes the offsets at the batch's end that hold no record.
func (c *Chunk) close() {
	missing := c.batch.Next() - c.r.next
	if missing <= 0 {
		return
	}
	if !c.r.Compacted && !c.batch.Control() {
		c.fail(fmt.Errorf("%w: the batch reaches to %d", errGap, c.batch.Next()))
		return
	}
	c.r.skipped += missing
	c.r.next, c.r.faults = c.batch.Next(), 0
}

// advance opens the next batch; false at the end of the bytes.
func (c *Chunk) advance() bool {
	b, rest, err := recordbatch.Parse(c.rest)
	if errors.Is(err, recordbatch.ErrShort) {
		c.short()
		return false
	}
	if err != nil {
		c.fail(err)
		return false
	}
	c.rest, c.batch, c.whole = rest, b, true
	switch {
	case b.Next() <= c.r.next: // wholly below what was asked for
		return true
	case b.BaseOffset > c.r.next && !c.r.Compacted:
		c.fail(fmt.Errorf("%w: a batch begins at %d", errGap, b.BaseOffset))
		return false
	case b.Control():
		c.close()
		return c.err == nil
	}
	records, err := c.decompress()
	if err != nil {
		c.fail(err)
		return false
	}
	c.it, c.open = b.Iter(records), true
	return true
}

// short ends the chunk inside a batch, as the broker may cut its last one. A batch that
// is cut although it is the first is asked for again in a larger answer.
func (c *Chunk) short() {
	if len(c.rest) > 0 && !c.whole {
		c.r.MaxBytes = min(2*c.r.MaxBytes, maxResponse/2)
		c.fail(recordbatch.ErrShort)
	}
	c.rest = nil
}

func (c *Chunk) fail(err error) {
	c.rest, c.open = nil, false
	c.err = c.r.faulty(err)
	if c.err == nil {
		c.err = errAgain
	}
}

// errAgain ends a chunk whose remainder is fetched again.
var errAgain = errors.New("fetched again")

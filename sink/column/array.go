package column

import (
	"encoding/binary"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Array is an Array(T) column. Beside whole JSON arrays it takes one element at a time,
// for a MongoDB path that gathers a member of each element of an array.
type Array struct {
	inner Column
	wire  arrayWire
}

func newArray(inner Column) *Array {
	return &Array{inner: inner, wire: arrayWire{inner: inner.Data()}}
}

// Append takes a JSON array; null is an empty one, because ClickHouse has no NULL array.
func (c *Array) Append(tok wire.Token) error {
	if tok.IsNull() {
		c.End()
		return nil
	}
	if tok.Kind != wire.Array {
		return refuse(Mismatch, string(c.wire.Type()), tok)
	}
	start := c.inner.Rows()
	it := tok.Array()
	for n := 0; it.Next(); n++ {
		if err := c.inner.Append(it.Value); err != nil {
			c.inner.Truncate(start)
			return fmt.Errorf("element %d: %w", n, err)
		}
	}
	if it.Err() != nil {
		c.inner.Truncate(start)
		return refuse(Mismatch, string(c.wire.Type()), tok)
	}
	c.End()
	return nil
}

// Elem adds an element to the row that End will close.
func (c *Array) Elem(tok wire.Token) error { return c.inner.Append(tok) }

// End closes a row of the elements added since the last one.
func (c *Array) End() { c.wire.offsets = append(c.wire.offsets, uint64(c.inner.Rows())) }

// AppendDefault adds an empty array.
func (c *Array) AppendDefault() { c.End() }

// AppendFrom copies row i of another Array of the same type.
func (c *Array) AppendFrom(src Column, i int) {
	from := src.(*Array)
	for e := from.wire.start(i); e < int(from.wire.offsets[i]); e++ {
		c.inner.AppendFrom(from.inner, e)
	}
	c.End()
}

// AppendValue adds row i's elements, led by their number.
func (c *Array) AppendValue(dst []byte, i int) []byte {
	from, to := c.wire.start(i), int(c.wire.offsets[i])
	dst = binary.AppendUvarint(dst, uint64(to-from))
	for e := from; e < to; e++ {
		dst = c.inner.AppendValue(dst, e)
	}
	return dst
}

// Truncate also drops elements that no End has closed.
func (c *Array) Truncate(n int) {
	c.inner.Truncate(c.wire.start(n))
	c.wire.offsets = c.wire.offsets[:n]
}

// Reset drops everything.
func (c *Array) Reset() {
	c.inner.Reset()
	c.wire.offsets = c.wire.offsets[:0]
}

// Rows is the number of arrays.
func (c *Array) Rows() int { return len(c.wire.offsets) }

// Bytes is about what the arrays occupy.
func (c *Array) Bytes() int { return c.inner.Bytes() + 8*len(c.wire.offsets) }

// Data is the column as ch-go sees it.
func (c *Array) Data() proto.Column { return &c.wire }

// arrayWire is how ch-go sees it.
type arrayWire struct {
	offsets proto.ColUInt64
	inner   proto.Column
}

// start is the index of the first element of row i.
func (w *arrayWire) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(w.offsets[i-1])
}

func (w *arrayWire) Type() proto.ColumnType { return proto.ColumnTypeArray.Sub(w.inner.Type()) }
func (w *arrayWire) Rows() int              { return len(w.offsets) }
func (w *arrayWire) Prepare() error         { return prepare(w.inner) }

func (w *arrayWire) EncodeState(b *proto.Buffer)       { encodeState(w.inner, b) }
func (w *arrayWire) DecodeState(r *proto.Reader) error { return decodeState(w.inner, r) }

func (w *arrayWire) Reset() {
	w.offsets.Reset()
	w.inner.Reset()
}

func (w *arrayWire) EncodeColumn(b *proto.Buffer) {
	w.offsets.EncodeColumn(b)
	w.inner.EncodeColumn(b)
}

func (w *arrayWire) WriteColumn(to *proto.Writer) {
	w.offsets.WriteColumn(to)
	w.inner.WriteColumn(to)
}

func (w *arrayWire) DecodeColumn(r *proto.Reader, rows int) error {
	if err := w.offsets.DecodeColumn(r, rows); err != nil {
		return fmt.Errorf("array offsets: %w", err)
	}
	size := w.start(len(w.offsets))
	if size < 0 || size > maxElements {
		return fmt.Errorf("array of %d elements", size)
	}
	return w.inner.DecodeColumn(r, size)
}

// maxElements keeps a corrupt answer from being taken for a huge allocation.
const maxElements = 100_000_000

package column

import (
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// nullable is a Nullable(T) column: a byte per row that is 1 for NULL, and T's values,
// zero where NULL.
type nullable struct {
	inner Column
	wire  nullableWire
}

func newNullable(inner Column) *nullable {
	return &nullable{inner: inner, wire: nullableWire{inner: inner.Data()}}
}

func (c *nullable) Append(tok wire.Token) error {
	if tok.IsNull() {
		c.AppendDefault()
		return nil
	}
	if err := c.inner.Append(tok); err != nil {
		return err
	}
	c.wire.nulls = append(c.wire.nulls, 0)
	return nil
}

func (c *nullable) AppendDefault() {
	c.inner.AppendDefault()
	c.wire.nulls = append(c.wire.nulls, 1)
}

func (c *nullable) AppendFrom(src Column, i int) {
	from := src.(*nullable)
	c.inner.AppendFrom(from.inner, i)
	c.wire.nulls = append(c.wire.nulls, from.wire.nulls[i])
}

func (c *nullable) AppendValue(dst []byte, i int) []byte {
	return c.inner.AppendValue(append(dst, c.wire.nulls[i]), i)
}

func (c *nullable) Truncate(n int) {
	c.inner.Truncate(n)
	c.wire.nulls = c.wire.nulls[:n]
}

func (c *nullable) Reset() {
	c.inner.Reset()
	c.wire.nulls = c.wire.nulls[:0]
}

func (c *nullable) Rows() int          { return len(c.wire.nulls) }
func (c *nullable) Bytes() int         { return c.inner.Bytes() + len(c.wire.nulls) }
func (c *nullable) Data() proto.Column { return &c.wire }

// nullableWire is how ch-go sees it.
type nullableWire struct {
	nulls proto.ColUInt8
	inner proto.Column
}

func (w *nullableWire) Type() proto.ColumnType { return proto.ColumnTypeNullable.Sub(w.inner.Type()) }
func (w *nullableWire) Rows() int              { return len(w.nulls) }
func (w *nullableWire) Prepare() error         { return prepare(w.inner) }

func (w *nullableWire) EncodeState(b *proto.Buffer)       { encodeState(w.inner, b) }
func (w *nullableWire) DecodeState(r *proto.Reader) error { return decodeState(w.inner, r) }

func (w *nullableWire) Reset() {
	w.nulls.Reset()
	w.inner.Reset()
}

func (w *nullableWire) EncodeColumn(b *proto.Buffer) {
	w.nulls.EncodeColumn(b)
	w.inner.EncodeColumn(b)
}

func (w *nullableWire) WriteColumn(to *proto.Writer) {
	w.nulls.WriteColumn(to)
	w.inner.WriteColumn(to)
}

func (w *nullableWire) DecodeColumn(r *proto.Reader, rows int) error {
	if err := w.nulls.DecodeColumn(r, rows); err != nil {
		return fmt.Errorf("null map: %w", err)
	}
	return w.inner.DecodeColumn(r, rows)
}

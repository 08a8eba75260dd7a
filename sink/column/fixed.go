package column

import (
	"unsafe"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// fixed is a column whose values have one size.
type fixed[T any] struct {
	values []T
	parse  func(wire.Token) (T, error)
	data   proto.Column
}

// newFixed makes a column; view gives ch-go's face of the same slice.
func newFixed[T any](clickhouse string, parse func(wire.Token) (T, error), view func(*[]T) proto.Column) *fixed[T] {
	c := &fixed[T]{parse: parse}
	c.data = proto.Alias(view(&c.values), proto.ColumnType(clickhouse))
	return c
}

func (c *fixed[T]) Append(tok wire.Token) error {
	v, err := c.parse(tok)
	if err != nil {
		return err
	}
	c.values = append(c.values, v)
	return nil
}

func (c *fixed[T]) AppendDefault() {
	var zero T
	c.values = append(c.values, zero)
}

func (c *fixed[T]) AppendFrom(src Column, i int) {
	c.values = append(c.values, src.(*fixed[T]).values[i])
}

func (c *fixed[T]) AppendValue(dst []byte, i int) []byte {
	v := &c.values[i]
	return append(dst, unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))...)
}

func (c *fixed[T]) Truncate(n int)     { c.values = c.values[:n] }
func (c *fixed[T]) Reset()             { c.values = c.values[:0] }
func (c *fixed[T]) Rows() int          { return len(c.values) }
func (c *fixed[T]) Data() proto.Column { return c.data }

func (c *fixed[T]) Bytes() int {
	var zero T
	return len(c.values) * int(unsafe.Sizeof(zero))
}

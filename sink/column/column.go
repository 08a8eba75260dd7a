// Package column builds ClickHouse columns straight from the wire's JSON: one builder
// per column, whose parser is chosen once from the source type and the column type.
// A value that the column cannot hold exactly is an error, never rounded or clamped.
package column

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Column is one growing column. A failed Append leaves it as it was.
type Column interface {
	// Append decodes one value. The error is an *Error; null is one where the column
	// does not take it.
	Append(tok wire.Token) error
	// AppendDefault adds NULL where the column takes it, else the type's zero value.
	AppendDefault()
	// AppendFrom copies row i of src, which must have been made for the same ClickHouse
	// type (another one panics); src may be the column itself.
	AppendFrom(src Column, i int)
	// AppendValue adds row i to dst in a form in which different values differ; it is for
	// columns that stand in a key.
	AppendValue(dst []byte, i int) []byte
	// Truncate drops all rows after the first n.
	Truncate(n int)
	// Reset drops all rows and keeps the memory.
	Reset()
	Rows() int
	// Bytes is about what the rows occupy on the wire to ClickHouse.
	Bytes() int
	// Data is the column as ch-go sends and receives it; it follows every change.
	Data() proto.Column
}

// New makes the builder of a column of type clickhouse for values of source type t. It
// fails on a type that it does not know and on a pair that could not be exact.
func New(t types.Type, clickhouse string) (Column, error) {
	n, err := parseType(clickhouse)
	if err != nil {
		return nil, err
	}
	return build(t, n)
}

func build(t types.Type, n node) (Column, error) {
	switch n.name {
	case "Array":
		elem := t
		if t.Elem != nil {
			elem = *t.Elem
		}
		inner, err := build(elem, n.args[0])
		if err != nil {
			return nil, err
		}
		return newArray(inner), nil
	case "Nullable":
		inner, err := build(t, n.args[0])
		if err != nil {
			return nil, err
		}
		return newNullable(inner), nil
	}
	if c := buildScalar(t, n); c != nil {
		return c, nil
	}
	return nil, &PairError{Source: t.String(), ClickHouse: n.String()}
}

// buildScalar tries the type families; nil when none takes the pair.
func buildScalar(t types.Type, n node) Column {
	if t.Form == types.FormArray && n.name != "String" {
		return nil
	}
	switch n.name {
	case "String", "FixedString", "LowCardinality":
		return buildText(t, n)
	case "Bool", "UUID":
		return buildPlain(t, n)
	case "Decimal":
		return buildDecimal(t, n)
	case "Float32", "Float64":
		return buildFloat(t, n)
	case "Date", "Date32", "DateTime", "DateTime64":
		return buildTemporal(t, n)
	}
	return buildInteger(t, n)
}

package types

import (
	"fmt"
	"strings"
)

// maxDecimalPrecision is what ClickHouse's Decimal holds.
const maxDecimalPrecision = 76

// ClickHouse is the column type that t becomes when its contract names none. Arrays
// are never Nullable as a whole (ClickHouse has no such type); their elements are.
func (t Type) ClickHouse(nullable bool) string {
	if t.Elem != nil {
		return "Array(" + t.Elem.ClickHouse(t.Family == PostgreSQL) + ")"
	}
	return Nullable(t.base(), nullable)
}

func (t Type) base() string {
	if t.Form == FormDecimal {
		if t.Precision == 0 || t.Precision > maxDecimalPrecision || t.Scale < 0 || t.Scale > t.Precision {
			return "String"
		}
		return fmt.Sprintf("Decimal(%d, %d)", t.Precision, t.Scale)
	}
	row, ok := find(t.Family, t.Name)
	if !ok {
		return "String"
	}
	name, _, _ := strings.Cut(row.ClickHouse, " (the")
	return name
}

// Nullable wraps a ClickHouse type so that it holds NULL; the wrapper goes inside of
// LowCardinality, and Array stays as it is.
func Nullable(clickhouse string, nullable bool) string {
	switch {
	case !nullable || strings.HasPrefix(clickhouse, "Array(") || strings.HasPrefix(clickhouse, "Nullable("):
		return clickhouse
	case strings.HasPrefix(clickhouse, "LowCardinality("):
		inner := strings.TrimSuffix(strings.TrimPrefix(clickhouse, "LowCardinality("), ")")
		return "LowCardinality(" + Nullable(inner, true) + ")"
	}
	return "Nullable(" + clickhouse + ")"
}

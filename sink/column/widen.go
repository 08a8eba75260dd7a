package column

import "strings"

// Widens reports whether every value of one ClickHouse type is exactly a value of
// another, so that a column can be changed from the first to the second with its rows:
// more digits, larger integers, null allowed.
func Widens(from, to string) bool {
	a, err := parseType(from)
	if err != nil {
		return false
	}
	b, err := parseType(to)
	return err == nil && a.String() != b.String() && a.widens(b)
}

func (n node) widens(to node) bool {
	switch {
	case n.name == "LowCardinality" && to.name == "LowCardinality":
		return n.args[0].fits(to.args[0])
	case to.name == "Nullable" && n.name == "Nullable":
		return n.args[0].fits(to.args[0])
	case to.name == "Nullable":
		return n.fits(to.args[0])
	}
	return n.fits(to)
}

// fits is widens, or the same type.
func (n node) fits(to node) bool {
	switch {
	case n.String() == to.String():
		return true
	case n.name == "LowCardinality" || n.name == "Nullable" || to.name == "Nullable" && n.name != "Array":
		return (n.name == to.name || to.name == "Nullable") && n.widens(to)
	case n.name == "Decimal" && to.name == "Decimal":
		// The scale stays: what sums the column has it fixed.
		return n.number(1) == to.number(1) && n.number(0) >= 0 && n.number(0) <= to.number(0)
	}
	for _, family := range []string{"Int8 Int16 Int32 Int64 Int128 Int256", "UInt8 UInt16 UInt32 UInt64 UInt128 UInt256", "Float32 Float64"} {
		sizes := strings.Fields(family)
		if i, j := index(sizes, n.name), index(sizes, to.name); i >= 0 && j > i {
			return true
		}
	}
	return false
}

func index(all []string, one string) int {
	for i, s := range all {
		if s == one {
			return i
		}
	}
	return -1
}

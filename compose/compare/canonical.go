package compare

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// base strips what wraps a ClickHouse type without changing how a value reads.
func base(clickhouse string) string {
	for _, wrap := range []string{"Nullable(", "LowCardinality("} {
		if inner, ok := strings.CutPrefix(clickhouse, wrap); ok {
			return base(strings.TrimSuffix(inner, ")"))
		}
	}
	return clickhouse
}

// element is the type inside of Array(...), and false when it is no array.
func element(clickhouse string) (string, bool) {
	inner, ok := strings.CutPrefix(clickhouse, "Array(")
	return strings.TrimSuffix(inner, ")"), ok
}

// canonical brings a value's text to the one form that both sides share.
func canonical(clickhouse, text string) string {
	switch t := base(clickhouse); {
	case strings.HasPrefix(t, "Decimal"):
		return canonicalDecimal(text)
	case strings.HasPrefix(t, "Float"):
		return canonicalFloat(text)
	case strings.HasPrefix(t, "DateTime64"):
		return trimFraction(text)
	case strings.HasPrefix(t, "Array("):
		return canonicalArray(t, text)
	}
	return text
}

func canonicalDecimal(s string) string {
	s = trimFraction(s)
	if s == "-0" {
		return "0"
	}
	return s
}

// trimFraction drops the zeros that end a fraction, and a fraction that is all zeros.
func trimFraction(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func canonicalFloat(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil:
		return s
	case math.IsNaN(f):
		return "nan"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// canonicalArray reads a JSON array of texts.
func canonicalArray(clickhouse, text string) string {
	var elems []*string
	if err := json.Unmarshal([]byte(text), &elems); err != nil {
		return text
	}
	inner, _ := element(clickhouse)
	out := make([]string, len(elems))
	for i, e := range elems {
		if out[i] = null; e != nil {
			out[i] = canonical(inner, *e)
		}
	}
	return fmt.Sprintf("%q", out)
}

// comparable are the columns of c that both sides can print alike. A MongoDB value
// kept as JSON text is not among them: its text is this pipeline's own.
func comparable(c *contract.Contract) []contract.Column {
	var cols []contract.Column
	for _, col := range c.Columns {
		t := col.Type
		if t.Elem != nil {
			t = *t.Elem
		}
		if t.Name == "json" && col.Path != "" {
			continue
		}
		cols = append(cols, col)
	}
	return cols
}

// keyOf picks the key's texts out of a row of the comparable columns.
func keyOf(c *contract.Contract, cols []contract.Column, fields []string) []string {
	var key []string
	for _, k := range c.KeyColumns() {
		for i := range cols {
			if cols[i].Name == k.Name {
				key = append(key, fields[i])
			}
		}
	}
	return key
}

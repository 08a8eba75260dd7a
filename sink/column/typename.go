package column

import (
	"fmt"
	"strconv"
	"strings"
)

// node is a ClickHouse type's name, taken apart: Array(Nullable(Decimal(12, 2))).
type node struct {
	name string
	// args are the types within Array, Nullable and LowCardinality.
	args []node
	// params are the rest: numbers and quoted texts.
	params []string
}

func parseType(s string) (node, error) {
	name, inside, ok := strings.Cut(strings.TrimSpace(s), "(")
	n := node{name: strings.TrimSpace(name)}
	if !ok {
		return n, nil
	}
	inside, ok = strings.CutSuffix(strings.TrimSpace(inside), ")")
	if !ok {
		return node{}, fmt.Errorf("ClickHouse type %q: unbalanced parentheses", s)
	}
	switch n.name {
	case "Array", "Nullable", "LowCardinality":
		arg, err := parseType(inside)
		n.args = []node{arg}
		return n, err
	}
	for _, p := range strings.Split(inside, ",") {
		n.params = append(n.params, strings.TrimSpace(p))
	}
	return n, nil
}

// Normalize writes a ClickHouse type's name as the server does, so that two of them can
// be compared. A name that it cannot read comes back as it is.
func Normalize(clickhouse string) string {
	n, err := parseType(clickhouse)
	if err != nil {
		return clickhouse
	}
	return n.String()
}

// String writes the type as ClickHouse does.
func (n node) String() string {
	if len(n.args) == 0 && len(n.params) == 0 {
		return n.name
	}
	parts := n.params
	for _, a := range n.args {
		parts = append(parts[:len(parts):len(parts)], a.String())
	}
	return n.name + "(" + strings.Join(parts, ", ") + ")"
}

// number is parameter i as a number, -1 when it is none.
func (n node) number(i int) int {
	if i >= len(n.params) {
		return -1
	}
	v, err := strconv.Atoi(n.params[i])
	if err != nil {
		return -1
	}
	return v
}

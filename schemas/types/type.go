// Package types is THE type table: what a column's source type is called, the form
// its values take on the wire, and the ClickHouse type they become. TYPES.md is
// printed from it.
package types

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrUnknown is wrapped when a type's name is in no table.
var ErrUnknown = errors.New("unknown type")

// Family is the kind of source that a type belongs to.
type Family byte

// The families.
const (
	PostgreSQL Family = 'p'
	MongoDB    Family = 'm'
)

// String names the family as contracts and messages do.
func (f Family) String() string {
	if f == MongoDB {
		return "mongodb"
	}
	return "postgresql"
}

// Type is a column's type in its source.
type Type struct {
	Family Family
	// Name is the table's own name of the type, without parameters: "numeric".
	Name string
	// Form is how values look on the wire.
	Form Form
	// Precision and Scale are numeric's parameters, 0 when not given.
	Precision, Scale int
	// Elem is an array's element type.
	Elem *Type
}

// Parse reads a type as contracts write it: "numeric(12,2)", "text[]", "decimal128".
func Parse(f Family, s string) (Type, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if elem, ok := strings.CutSuffix(s, "[]"); ok {
		e, err := Parse(f, elem)
		if err != nil {
			return Type{}, err
		}
		return Type{Family: f, Name: "array", Form: FormArray, Elem: &e}, nil
	}
	name, params, err := split(s)
	if err != nil {
		return Type{}, err
	}
	row, ok := find(f, name)
	if !ok {
		return Type{}, fmt.Errorf("%w %q of %s", ErrUnknown, s, f)
	}
	t := Type{Family: f, Name: row.Name, Form: row.Form}
	if row.Form == FormDecimal && len(params) > 0 {
		t.Precision = params[0]
		if len(params) > 1 {
			t.Scale = params[1]
		}
	}
	return t, nil
}

// split takes "numeric(12, 2)" and "timestamp(3) without time zone" apart.
func split(s string) (name string, params []int, err error) {
	open := strings.IndexByte(s, '(')
	if open < 0 {
		return s, nil, nil
	}
	end := strings.IndexByte(s, ')')
	if end < open {
		return "", nil, fmt.Errorf("type %q: unbalanced parentheses", s)
	}
	for _, p := range strings.Split(s[open+1:end], ",") {
		n, err := strconv.Atoi(strings.TrimSpace(p))
		if err != nil {
			return "", nil, fmt.Errorf("type %q: parameter %q is no number", s, p)
		}
		params = append(params, n)
	}
	rest := strings.TrimSpace(s[end+1:])
	return strings.TrimSpace(strings.TrimSpace(s[:open]) + " " + rest), params, nil
}

// String writes the type as Parse reads it.
func (t Type) String() string {
	switch {
	case t.Elem != nil:
		return t.Elem.String() + "[]"
	case t.Precision > 0:
		return fmt.Sprintf("%s(%d,%d)", t.Name, t.Precision, t.Scale)
	}
	return t.Name
}

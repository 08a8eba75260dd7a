package column

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Problem is what is wrong with a value.
type Problem byte

// The problems.
const (
	// Mismatch: the value is of another kind than the source type's.
	Mismatch Problem = iota
	// Range: the column cannot hold the value exactly.
	Range
	// Null: the column does not take null.
	Null
)

// Error is a value that a column does not take.
type Error struct {
	Problem Problem
	// Want is the column's type.
	Want string
	// Value is the value's first bytes.
	Value string
}

func (e *Error) Error() string {
	switch e.Problem {
	case Range:
		return fmt.Sprintf("%s cannot hold %s exactly", e.Want, e.Value)
	case Null:
		return fmt.Sprintf("null in %s", e.Want)
	}
	return fmt.Sprintf("%s is no value for %s", e.Value, e.Want)
}

// PairError is a ClickHouse type that cannot take a source type's values.
type PairError struct{ Source, ClickHouse string }

func (e *PairError) Error() string {
	return fmt.Sprintf("values of type %s cannot be stored exactly in ClickHouse type %s", e.Source, e.ClickHouse)
}

func refuse(p Problem, want string, tok wire.Token) error {
	if tok.IsNull() {
		p = Null
	}
	text := string(tok.Raw[:min(len(tok.Raw), 120)])
	if tok.Kind == wire.String {
		text = `"` + text + `"`
	}
	return &Error{Problem: p, Want: want, Value: text}
}

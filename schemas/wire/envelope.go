package wire

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Envelope is a table topic's record value, taken apart but not decoded. Before and
// After are Objects (PostgreSQL), Strings that hold extended JSON (MongoDB) or Null.
type Envelope struct {
	Before, After Token
	// Unchanged lists the columns that After lacks because the source did not send
	// them (unchanged TOAST); Kind None when there are none.
	Unchanged Token
	Source    Token
	Op        event.Op
}

// ParseEnvelope reads a record value. Members that it does not know are passed over.
func ParseEnvelope(value []byte) (Envelope, error) {
	root, err := Parse(value)
	if err != nil {
		return Envelope{}, fmt.Errorf("envelope: %w", err)
	}
	var e Envelope
	it := root.Object()
	for it.Next() {
		switch string(it.Key) {
		case "before":
			e.Before = it.Value
		case "after":
			e.After = it.Value
		case "unchanged":
			e.Unchanged = it.Value
		case "source":
			e.Source = it.Value
		case "op":
			if it.Value.Kind == String && len(it.Value.Raw) == 1 {
				e.Op = event.Op(it.Value.Raw[0])
			}
		}
	}
	if err := it.Err(); err != nil {
		return Envelope{}, fmt.Errorf("envelope: %w", err)
	}
	if !e.Op.Known() {
		return Envelope{}, fmt.Errorf("envelope: %w: no known op", ErrSyntax)
	}
	return e, nil
}

package rows

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

var errKey = errors.New("record key")

// keyColumns makes an empty set of the key's columns.
func (l *layout) keyColumns() ([]column.Column, error) {
	cols := make([]column.Column, len(l.contract.Key))
	for i, c := range l.contract.KeyColumns() {
		var err error
		if cols[i], err = column.New(c.Type, c.ClickHouse); err != nil {
			return nil, fmt.Errorf("%s, key column %s: %w", l.contract.Name(), c.Name, err)
		}
	}
	return cols, nil
}

// key decodes a record's key as the row after the first base ones.
func (l *layout) key(cols []column.Column, base int, key []byte) *fault {
	f := l.keyValues(cols, key)
	if f != nil {
		truncate(cols, base)
	}
	return f
}

func (l *layout) keyValues(cols []column.Column, key []byte) *fault {
	root, err := wire.Parse(key)
	if err != nil {
		return malformed(fmt.Errorf("%w: %w", errKey, err))
	}
	for i, c := range l.contract.KeyColumns() {
		tok, err := l.keyMember(root, c.Name)
		if err != nil {
			return malformed(fmt.Errorf("%w: %w", errKey, err))
		}
		if err := cols[i].Append(tok); err != nil {
			return valueFault(c.Name, fmt.Errorf("%w: %w", errKey, err))
		}
	}
	return nil
}

// keyMember finds a key column's value: PostgreSQL's by name; MongoDB's is the one
// member "id", a string that holds the _id in extended JSON.
func (l *layout) keyMember(root wire.Token, name string) (wire.Token, error) {
	mongo := l.contract.Family == types.MongoDB
	if mongo {
		name = "id"
	}
	it := root.Object()
	for it.Next() {
		if string(it.Key) != name {
			continue
		}
		if !mongo || it.Value.Kind != wire.String {
			return it.Value, nil
		}
		return wire.Parse(wire.Unescape(nil, it.Value.Raw))
	}
	if err := it.Err(); err != nil {
		return wire.Token{}, err
	}
	return wire.Token{}, fmt.Errorf("it has no %q", name)
}

func keyNames(c *contract.Contract) string {
	var names []string
	for _, k := range c.KeyColumns() {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}

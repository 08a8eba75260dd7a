package rows

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// layout is what a contract says about a row, compiled.
type layout struct {
	contract *contract.Contract
	decoder  decoder
}

// decoder reads one image into one row of cols. Columns that the image lacks get no
// value; they are what absent gives. A failed decode leaves cols with uneven rows, which
// the caller cuts back.
type decoder interface {
	decode(cols []column.Column, image wire.Token) *fault
	// quick decodes the image that text begins with and gives what follows it; false where
	// decode has to look again.
	quick(cols []column.Column, text []byte) (rest []byte, ok bool)
	// absent are the columns that the last image did not hold; valid until the next.
	absent() []int
}

func newLayout(c *contract.Contract) (*layout, error) {
	if c.Family == types.MongoDB {
		d, err := newDocument(c)
		return &layout{contract: c, decoder: d}, err
	}
	return &layout{contract: c, decoder: newFlat(c)}, nil
}

// columns makes a set of empty columns.
func (l *layout) columns() ([]column.Column, error) {
	cols := make([]column.Column, len(l.contract.Columns))
	for i, c := range l.contract.Columns {
		var err error
		if cols[i], err = column.New(c.Type, c.ClickHouse); err != nil {
			return nil, fmt.Errorf("%s, column %s: %w", l.contract.Name(), c.Name, err)
		}
	}
	return cols, nil
}

// image decodes an image as the row after the first base ones. Columns that are absent
// and listed in unchanged get a placeholder and are given back; valid until the next
// call. On a fault cols are as they were.
func (l *layout) image(cols []column.Column, base int, image, unchanged wire.Token) ([]int, *fault) {
	f := l.decoder.decode(cols, image)
	var lent []int
	if f == nil {
		lent, f = l.fill(cols, l.decoder.absent(), unchanged)
	}
	if f != nil {
		truncate(cols, base)
		return nil, f
	}
	return lent, nil
}

// fill gives the absent columns a value: null where that is allowed.
func (l *layout) fill(cols []column.Column, absent []int, unchanged wire.Token) ([]int, *fault) {
	lent := absent[:0]
	for _, c := range absent {
		name := l.contract.Columns[c].Name
		if listed(unchanged, name) {
			cols[c].AppendDefault()
			lent = append(lent, c)
		} else if err := cols[c].Append(wire.Token{Kind: wire.Null}); err != nil {
			return nil, &fault{class: Missing, column: name, err: fmt.Errorf("missing %s", sourceName(&l.contract.Columns[c]))}
		}
	}
	return lent, nil
}

// listed reports whether a JSON array of names holds name.
func listed(names wire.Token, name string) bool {
	if names.Kind != wire.Array {
		return false
	}
	for it := names.Array(); it.Next(); {
		if string(it.Value.Raw) == name {
			return true
		}
	}
	return false
}

// noToken is a member that is not there.
var noToken wire.Token

func truncate(cols []column.Column, n int) {
	for _, c := range cols {
		if c.Rows() >= n {
			c.Truncate(n)
		}
	}
}

// sourceName is what the column is called where it comes from.
func sourceName(c *contract.Column) string {
	if c.Path != "" {
		return c.Path
	}
	return c.Name
}

package rows

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// flat decodes PostgreSQL's images: an object of column names and values.
type flat struct {
	contract *contract.Contract
	match    matcher
	presence
}

func newFlat(c *contract.Contract) *flat {
	targets := make(map[string]int32, len(c.Columns))
	for i, col := range c.Columns {
		targets[col.Name] = int32(i)
	}
	return &flat{contract: c, match: newMatcher(targets), presence: newPresence(len(c.Columns))}
}

func (d *flat) decode(cols []column.Column, image wire.Token) *fault {
	d.match.begin()
	d.presence.begin()
	it := image.Object()
	for it.Next() {
		c := d.match.find(it.Key)
		if c == nothing {
			continue
		}
		if !d.mark(int(c)) {
			return malformed(fmt.Errorf("%q stands twice", it.Key))
		}
		if err := cols[c].Append(it.Value); err != nil {
			return valueFault(d.contract.Columns[c].Name, err)
		}
	}
	if err := it.Err(); err != nil {
		return malformed(err)
	}
	return nil
}

// quick is decode for an object without white space, none of whose values is an object.
func (d *flat) quick(cols []column.Column, text []byte) (rest []byte, ok bool) {
	d.match.begin()
	d.presence.begin()
	if len(text) == 0 || text[0] != '{' {
		return nil, false
	}
	for i := 1; ; i++ {
		c, at, ok := d.match.scanName(text, i)
		if !ok {
			return nil, false
		}
		tok, next, ok := scanValue(text, at)
		if !ok || next >= len(text) {
			return nil, false
		}
		if c != nothing && (!d.mark(int(c)) || cols[c].Append(tok) != nil) {
			return nil, false
		}
		switch i = next; text[i] {
		case ',':
		case '}':
			return text[i+1:], true
		default:
			return nil, false
		}
	}
}

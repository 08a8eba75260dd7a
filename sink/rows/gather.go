package rows

import (
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// gather makes an array of what the paths below n find in each element of tok.
func (d *document) gather(cols []column.Column, n *node, tok wire.Token) *fault {
	for _, c := range n.gathered {
		if !d.mark(c) {
			return malformed(fmt.Errorf("%q stands twice", d.contract.Columns[c].Path))
		}
	}
	switch tok.Kind {
	case wire.Null:
	case wire.Array:
		if f := d.elements(cols, n, tok); f != nil {
			return f
		}
	default:
		c := n.gathered[0]
		return &fault{class: Mismatch, column: d.contract.Columns[c].Name, err: fmt.Errorf("%s is %s, not an array", n.path, tok.Kind)}
	}
	for _, c := range n.gathered {
		cols[c].(*column.Array).End()
	}
	return nil
}

func (d *document) elements(cols []column.Column, n *node, tok wire.Token) *fault {
	it := tok.Array()
	for i := 0; it.Next(); i++ {
		d.element.begin()
		f := d.inElement(cols, n.elems, it.Value)
		if f == nil {
			f = d.lacking(cols, n, i)
		}
		if f != nil {
			f.err = fmt.Errorf("%s[%d]: %w", n.path, i, f.err)
			return f
		}
	}
	if err := it.Err(); err != nil {
		return malformed(err)
	}
	return nil
}

// inElement is value within an element of an array.
func (d *document) inElement(cols []column.Column, n *node, tok wire.Token) *fault {
	for _, c := range n.columns {
		if !d.element.mark(c) {
			return malformed(fmt.Errorf("%q stands twice", d.contract.Columns[c].Path))
		}
		if err := cols[c].(*column.Array).Elem(tok); err != nil {
			return valueFault(d.contract.Columns[c].Name, err)
		}
	}
	if len(n.children) == 0 || tok.Kind != wire.Object {
		return nil
	}
	n.match.begin()
	it := tok.Object()
	for it.Next() {
		if child := n.match.find(it.Key); child != nothing {
			if f := d.inElement(cols, n.children[child], it.Value); f != nil {
				return f
			}
		}
	}
	if err := it.Err(); err != nil {
		return malformed(err)
	}
	return nil
}

// lacking gives null to the columns of which the element holds nothing, so that all
// arrays gathered from one have the same length.
func (d *document) lacking(cols []column.Column, n *node, i int) *fault {
	for _, c := range n.gathered {
		if !d.element.mark(c) {
			continue
		}
		if err := cols[c].(*column.Array).Elem(wire.Token{Kind: wire.Null}); err != nil {
			f := valueFault(d.contract.Columns[c].Name, err)
			if f.class == Missing {
				f.err = fmt.Errorf("missing %s", strings.Replace(d.contract.Columns[c].Path, "[]", fmt.Sprintf("[%d]", i), 1))
			}
			return f
		}
	}
	return nil
}

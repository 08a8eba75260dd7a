package rows

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// document decodes MongoDB's images: a string that holds a document in extended JSON,
// walked once along the contract's paths.
type document struct {
	contract *contract.Contract
	root     *node
	scratch  []byte
	presence
	// element notes what the current element of a gathered array held.
	element presence
}

func newDocument(c *contract.Contract) (*document, error) {
	root, err := buildPaths(c)
	if err != nil {
		return nil, err
	}
	return &document{
		contract: c, root: root,
		presence: newPresence(len(c.Columns)), element: newPresence(len(c.Columns)),
	}, nil
}

func (d *document) decode(cols []column.Column, image wire.Token) *fault {
	d.presence.begin()
	doc, err := d.open(image)
	if err != nil {
		return malformed(err)
	}
	if doc.Kind != wire.Object {
		return malformed(fmt.Errorf("the image is %s, not a document", doc.Kind))
	}
	return d.value(cols, d.root, doc)
}

// open gives the document within the string; valid until the next call.
func (d *document) open(image wire.Token) (wire.Token, error) {
	if image.Kind != wire.String {
		return image, nil
	}
	var text []byte
	text, d.scratch = image.Text(d.scratch)
	return wire.Parse(text)
}

// value gives tok to what the contract wants at n and below it.
func (d *document) value(cols []column.Column, n *node, tok wire.Token) *fault {
	for _, c := range n.columns {
		if !d.mark(c) {
			return malformed(fmt.Errorf("%q stands twice", d.contract.Columns[c].Path))
		}
		if err := cols[c].Append(tok); err != nil {
			return valueFault(d.contract.Columns[c].Name, err)
		}
	}
	if n.elems != nil {
		return d.gather(cols, n, tok)
	}
	if len(n.children) == 0 || tok.Kind != wire.Object {
		return nil
	}
	n.match.begin()
	it := tok.Object()
	for it.Next() {
		if child := n.match.find(it.Key); child != nothing {
			if f := d.value(cols, n.children[child], it.Value); f != nil {
				return f
			}
		}
	}
	if err := it.Err(); err != nil {
		return malformed(err)
	}
	return nil
}

// quick is decode for a document without white space.
func (d *document) quick(cols []column.Column, text []byte) (rest []byte, ok bool) {
	d.presence.begin()
	if len(text) == 0 || text[0] != '"' {
		return nil, false
	}
	doc, end, ok := unquote(d.scratch, text, 1)
	if !ok {
		return nil, false
	}
	d.scratch = doc
	next, ok := d.walk(cols, d.root, doc, 0)
	return text[end+1:], ok && next == len(doc) && doc[0] == '{'
}

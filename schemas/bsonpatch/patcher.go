package bsonpatch

import "github.com/tidemark-cdc/tidemark/schemas/rawbson"

// Patcher applies update descriptions. It keeps its memory between calls and is for one goroutine.
// The zero value is ready.
type Patcher struct {
	nodes         []node
	disambiguated []byte
	order         []int32
}

var empty = []byte{5, 0, 0, 0, 0}

// Apply appends to dst the document that the update described by description made of pre.
// Errors: ErrAmbiguous, ErrMismatch, *rawbson.MalformedError; dst is then returned as it was.
func (p *Patcher) Apply(dst, pre, description []byte) ([]byte, error) {
	if err := p.read(description); err != nil {
		return dst, err
	}
	out, err := p.document(dst, pre, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// read turns the description into a tree of path components.
func (p *Patcher) read(description []byte) error {
	p.nodes, p.disambiguated = p.nodes[:0], empty
	p.newNode(nil, field)
	paths, ok, err := rawbson.Lookup(description, "disambiguatedPaths")
	if err != nil {
		return err
	}
	if ok && paths.Type == rawbson.Document {
		p.disambiguated = paths.Value
	}
	it := rawbson.Walk(description)
	for it.Next() {
		if err := p.section(it.Element); err != nil {
			return err
		}
	}
	return it.Err()
}

// section takes in one field of the description. Unknown ones are left alone: servers add to the description.
func (p *Patcher) section(e rawbson.Element) error {
	var take func(rawbson.Element) error
	switch {
	case e.Type == rawbson.Document && string(e.Key) == "updatedFields":
		take = p.updated
	case e.Type == rawbson.Array && string(e.Key) == "removedFields":
		take = p.removed
	case e.Type == rawbson.Array && string(e.Key) == "truncatedArrays":
		take = p.truncated
	default:
		return nil
	}
	it := rawbson.Walk(e.Value)
	for it.Next() {
		if err := take(it.Element); err != nil {
			return err
		}
	}
	return it.Err()
}

// leaf is the node where path ends; two things said of one path contradict each other.
func (p *Patcher) leaf(path []byte, a action) (*node, error) {
	at, err := p.at(path)
	if err != nil {
		return nil, err
	}
	n := &p.nodes[at]
	if n.action != inner {
		return nil, mismatch("path is described twice", path)
	}
	n.action = a
	return n, nil
}

func (p *Patcher) updated(e rawbson.Element) error {
	n, err := p.leaf(e.Key, set)
	if err == nil {
		n.typ, n.value = e.Type, e.Value
	}
	return err
}

func (p *Patcher) removed(e rawbson.Element) error {
	if e.Type != rawbson.String {
		return mismatch("removed field is not a string", e.Key)
	}
	_, err := p.leaf(rawbson.Text(e.Value), remove)
	return err
}

func (p *Patcher) truncated(e rawbson.Element) error {
	if e.Type != rawbson.Document {
		return mismatch("truncated array is not a document", e.Key)
	}
	path, ok, err := rawbson.Lookup(e.Value, "field")
	if err != nil || !ok || path.Type != rawbson.String {
		return mismatch("truncated array without its field", e.Key)
	}
	size, ok, err := rawbson.Lookup(e.Value, "newSize")
	if err != nil || !ok || size.Type != rawbson.Int32 || rawbson.AsInt32(size.Value) < 0 {
		return mismatch("truncated array without its new size", rawbson.Text(path.Value))
	}
	n, err := p.leaf(rawbson.Text(path.Value), inner)
	if err == nil {
		n.truncate = int(rawbson.AsInt32(size.Value))
	}
	return err
}

package bsonpatch

import (
	"bytes"
	"encoding/binary"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// open starts a document or array; its length is filled in by shut.
func open(dst []byte) ([]byte, int) {
	return append(dst, 0, 0, 0, 0), len(dst)
}

func shut(dst []byte, start int) []byte {
	dst = append(dst, 0)
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}

func header(dst []byte, t rawbson.Type, key []byte) []byte {
	dst = append(dst, byte(t))
	dst = append(dst, key...)
	return append(dst, 0)
}

// document writes doc as the paths below node at change it.
func (p *Patcher) document(dst, doc []byte, at int32) ([]byte, error) {
	if p.nodes[at].truncate >= 0 {
		return dst, mismatch("truncated array is a document", p.nodes[at].name)
	}
	dst, start := open(dst)
	it := rawbson.Walk(doc)
	for it.Next() {
		if bytes.IndexByte(it.Key, '.') >= 0 && p.reaches(at, it.Key) {
			return dst, ErrAmbiguous
		}
		c := p.find(&p.nodes[at], it.Key)
		if c < 0 {
			dst = append(dst, it.Raw...)
			continue
		}
		var err error
		if dst, err = p.change(dst, it.Element, c); err != nil {
			return dst, err
		}
	}
	if it.Err() != nil {
		return dst, it.Err()
	}
	dst, err := p.appendNew(dst, at)
	return shut(dst, start), err
}

// reaches says whether a key that holds dots could also be read as a path below node at: "a.b" is one field here, and the
// description may mean the field b of a.
func (p *Patcher) reaches(at int32, key []byte) bool {
	for rest, more := key, true; more && at >= 0; {
		var name []byte
		name, rest, more = bytes.Cut(rest, dot)
		at = p.find(&p.nodes[at], name)
	}
	return at >= 0
}

// change writes an element that a path names or passes through.
func (p *Patcher) change(dst []byte, e rawbson.Element, at int32) ([]byte, error) {
	n := &p.nodes[at]
	if n.used {
		return dst, ErrAmbiguous // the document holds this key twice
	}
	n.used = true
	switch {
	case n.action == remove:
		return dst, nil
	case n.action == set && (len(n.children) > 0 || n.truncate >= 0):
		return dst, mismatch("path is set and passed through", n.name)
	case n.action == set:
		return append(header(dst, n.typ, e.Key), n.value...), nil
	case e.Type == rawbson.Document:
		return p.document(header(dst, e.Type, e.Key), e.Value, at)
	case e.Type == rawbson.Array:
		return p.array(header(dst, e.Type, e.Key), e.Value, at)
	}
	return dst, mismatch("path goes through a scalar", n.name)
}

// appendNew writes the fields below node at that the document did not have, in the order of the description.
func (p *Patcher) appendNew(dst []byte, at int32) ([]byte, error) {
	var err error
	for _, c := range p.nodes[at].children {
		n := &p.nodes[c]
		if n.used {
			continue
		}
		if n.kind == index {
			return dst, mismatch("index into a document", n.name)
		}
		if dst, err = p.create(dst, n.name, c); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// create writes an element that was not there: its value, or the documents on the way to it.
func (p *Patcher) create(dst, key []byte, at int32) ([]byte, error) {
	n := &p.nodes[at]
	switch {
	case n.action == remove:
		return dst, mismatch("removed field was not there", n.name)
	case n.truncate >= 0:
		return dst, mismatch("truncated array was not there", n.name)
	case n.action == set && len(n.children) > 0:
		return dst, mismatch("path is set and passed through", n.name)
	case n.action == set:
		return append(header(dst, n.typ, key), n.value...), nil
	}
	return p.document(header(dst, rawbson.Document, key), empty, at)
}

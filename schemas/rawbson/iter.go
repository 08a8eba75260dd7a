package rawbson

import "bytes"

// Element is one field of a document or one member of an array (whose key is its index in decimal).
// Key and Value point into the document.
type Element struct {
	Type  Type
	Key   []byte
	Value []byte
	Raw   []byte // the whole element: type byte, key, zero, value
}

// Iter walks the elements of one document or array.
//
//	it := rawbson.Walk(doc)
//	for it.Next() { use(it.Element) }
//	if err := it.Err(); err != nil { ... }
type Iter struct {
	Element
	rest []byte
	err  error
}

// Walk starts at the first element of doc, which must be exactly one document (or array).
func Walk(doc []byte) Iter {
	n, err := sizeFrame(doc, 5)
	if err == nil && n != len(doc) {
		err = errTrailing
	}
	if err != nil {
		return Iter{err: err}
	}
	return Iter{rest: doc[4 : n-1]}
}

// Next moves to the next element and says whether there is one.
func (it *Iter) Next() bool {
	if len(it.rest) == 0 || it.err != nil {
		return false
	}
	key := bytes.IndexByte(it.rest[1:], 0)
	if key < 0 {
		it.err = errTerminator
		return false
	}
	t, at := Type(it.rest[0]), key+2
	n, err := Size(t, it.rest[at:])
	if err != nil {
		it.err = err
		return false
	}
	it.Element = Element{Type: t, Key: it.rest[1 : key+1], Value: it.rest[at : at+n], Raw: it.rest[:at+n]}
	it.rest = it.rest[at+n:]
	return true
}

// Err is what ended the walk early, or nil. It is a *MalformedError.
func (it *Iter) Err() error { return it.err }

package wire

import "fmt"

// ObjectIter walks the members of an object in the order of the text:
//
//	for it := tok.Object(); it.Next(); {
//		use(it.Key, it.Value)
//	}
type ObjectIter struct {
	// Key is the member's name, unescaped. It is valid until the next call of Next.
	Key   []byte
	Value Token

	walk
	scratch []byte
}

// ArrayIter walks the elements of an array.
type ArrayIter struct {
	Value Token
	walk
}

// walk is the state that both iterators share.
type walk struct {
	b     []byte
	i     int
	begun bool
	err   error
}

// Object walks t, which must be an Object; of any other kind there is nothing to walk
// and Err says so.
func (t Token) Object() ObjectIter { return ObjectIter{walk: t.walk(Object)} }

// Array walks t, which must be an Array; of any other kind there is nothing to walk
// and Err says so.
func (t Token) Array() ArrayIter { return ArrayIter{walk: t.walk(Array)} }

func (t Token) walk(k Kind) walk {
	if t.Kind != k {
		return walk{err: fmt.Errorf("%s where %s is due", t.Kind, k)}
	}
	return walk{b: t.Raw[:len(t.Raw)-1], i: 1}
}

// Err is the failure that ended the walk early, nil at the end of the container.
func (w *walk) Err() error { return w.err }

// more steps over the comma before the next entry.
func (w *walk) more() bool {
	if w.err != nil {
		return false
	}
	w.i = space(w.b, w.i)
	if w.i >= len(w.b) {
		return false
	}
	if !w.begun {
		w.begun = true
		return true
	}
	if w.b[w.i] != ',' {
		return w.fail("%.10q where a comma is due", w.b[w.i:])
	}
	w.i = space(w.b, w.i+1)
	return true
}

func (w *walk) fail(format string, args ...any) bool {
	w.err = fmt.Errorf("%w: "+format, append([]any{ErrSyntax}, args...)...)
	return false
}

func (w *walk) take(tok *Token) bool {
	*tok, w.i, w.err = value(w.b, w.i)
	return w.err == nil
}

// Next moves to the next member, false at the end and at an error.
func (it *ObjectIter) Next() bool {
	if !it.more() {
		return false
	}
	if it.i >= len(it.b) || it.b[it.i] != '"' {
		return it.fail("a member's name is missing")
	}
	end, escaped, err := stringEnd(it.b, it.i+1)
	if err != nil {
		it.err = err
		return false
	}
	if it.Key = it.b[it.i+1 : end]; escaped {
		it.scratch = Unescape(it.scratch[:0], it.Key)
		it.Key = it.scratch
	}
	if it.i = space(it.b, end+1); it.i >= len(it.b) || it.b[it.i] != ':' {
		return it.fail("a colon is missing after %.20q", it.Key)
	}
	it.i = space(it.b, it.i+1)
	return it.take(&it.Value)
}

// Next moves to the next element, false at the end and at an error.
func (it *ArrayIter) Next() bool { return it.more() && it.take(&it.Value) }

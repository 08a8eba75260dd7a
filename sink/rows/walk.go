package rows

import (
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// The functions below are value, gather and inElement in one pass: they walk the text
// where those take tokens, whose ends have to be found first, once per level of nesting.
// They give false for everything that those would refuse or that they do not know.

// walk reads the value at b[i] for n and gives the index after it.
func (d *document) walk(cols []column.Column, n *node, b []byte, i int) (next int, ok bool) {
	if i >= len(b) {
		return i, false
	}
	if len(n.columns) == 0 {
		switch {
		case b[i] == '{' && n.elems == nil && len(n.children) > 0:
			return d.walkMembers(cols, n, b, i)
		case b[i] == '[' && n.elems != nil:
			return d.walkElements(cols, n, b, i)
		}
	}
	tok, next, ok := scanAny(b, i)
	return next, ok && d.value(cols, n, tok) == nil
}

func (d *document) walkMembers(cols []column.Column, n *node, b []byte, i int) (next int, ok bool) {
	n.match.begin()
	if i++; i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	for {
		child, at, ok := n.match.scanName(b, i)
		if !ok {
			return i, false
		}
		if child == nothing {
			_, i, ok = scanAny(b, at)
		} else {
			i, ok = d.walk(cols, n.children[child], b, at)
		}
		if !ok || i >= len(b) || b[i] != ',' && b[i] != '}' {
			return i, false
		}
		i++
		if b[i-1] == '}' {
			return i, true
		}
	}
}

func (d *document) walkElements(cols []column.Column, n *node, b []byte, i int) (next int, ok bool) {
	for _, c := range n.gathered {
		if !d.mark(c) {
			return i, false
		}
	}
	more := true
	if i++; i < len(b) && b[i] == ']' {
		i, more = i+1, false
	}
	for more {
		d.element.begin()
		i, ok = d.walkElement(cols, n.elems, b, i)
		if !ok || i >= len(b) || d.lacking(cols, n, 0) != nil || b[i] != ',' && b[i] != ']' {
			return i, false
		}
		more = b[i] == ','
		i++
	}
	for _, c := range n.gathered {
		cols[c].(*column.Array).End()
	}
	return i, true
}

// walkElement is inElement.
func (d *document) walkElement(cols []column.Column, n *node, b []byte, i int) (next int, ok bool) {
	if len(n.columns) > 0 || i >= len(b) || b[i] != '{' {
		tok, next, ok := scanAny(b, i)
		return next, ok && d.inElement(cols, n, tok) == nil
	}
	n.match.begin()
	if i++; i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	for {
		child, at, ok := n.match.scanName(b, i)
		if !ok {
			return i, false
		}
		if child == nothing {
			_, i, ok = scanAny(b, at)
		} else {
			i, ok = d.walkElement(cols, n.children[child], b, at)
		}
		if !ok || i >= len(b) || b[i] != ',' && b[i] != '}' {
			return i, false
		}
		i++
		if b[i-1] == '}' {
			return i, true
		}
	}
}

// scanAny is scanValue for objects too.
func scanAny(b []byte, i int) (tok wire.Token, next int, ok bool) {
	if i < len(b) && b[i] == '{' {
		return scanNested(b, i, wire.Object)
	}
	return scanValue(b, i)
}

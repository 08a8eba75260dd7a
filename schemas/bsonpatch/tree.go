package bsonpatch

import (
	"bytes"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// kind says what a path component may stand for.
type kind uint8

const (
	either kind = iota // a field of a document or, if it is a number, an index of an array: the container decides
	field              // a field, though it may look like a number
	index              // an index
)

// action says what happens where a path ends; inner means that the path goes on.
type action uint8

const (
	inner action = iota
	set
	remove
)

// node is one component of one or more paths. Nodes lie in one slice and refer to each other by index, so that a
// description is taken in without an allocation per path.
type node struct {
	name     []byte
	kind     kind
	action   action
	used     bool
	truncate int // new size of the array here, or -1
	typ      rawbson.Type
	value    []byte
	children []int32
	byName   map[string]int32 // only where there are many children
	cursor   int              // updates come mostly in the document's own order: the next child is the likeliest
}

// many is the number of children from which a map beats a scan.
const many = 32

func (p *Patcher) newNode(name []byte, k kind) int32 {
	n := len(p.nodes)
	if n < cap(p.nodes) {
		p.nodes = p.nodes[:n+1]
	} else {
		p.nodes = append(p.nodes, node{})
	}
	children := p.nodes[n].children[:0]
	p.nodes[n] = node{name: name, kind: k, truncate: -1, children: children}
	return int32(n)
}

// find is the child of n called name, or -1.
func (p *Patcher) find(n *node, name []byte) int32 {
	if n.byName != nil {
		if c, ok := n.byName[string(name)]; ok {
			return c
		}
		return -1
	}
	for range n.children {
		if n.cursor >= len(n.children) {
			n.cursor = 0
		}
		c := n.children[n.cursor]
		n.cursor++
		if bytes.Equal(p.nodes[c].name, name) {
			return c
		}
	}
	return -1
}

// child is the child of parent called name, made if it is not there.
func (p *Patcher) child(parent int32, name []byte, k kind) (int32, error) {
	c := p.find(&p.nodes[parent], name)
	if c >= 0 {
		n := &p.nodes[c]
		switch {
		case n.kind == either: // another path may spell out what this one leaves open
			n.kind = k
		case k != either && k != n.kind:
			return 0, mismatch("component is both a field and an index", name)
		}
		return c, nil
	}
	c = p.newNode(name, k)
	n := &p.nodes[parent]
	n.children = append(n.children, c)
	switch {
	case n.byName != nil:
		n.byName[string(name)] = c
	case len(n.children) == many:
		n.byName = make(map[string]int32, 2*many)
		for _, c := range n.children {
			n.byName[string(p.nodes[c].name)] = c
		}
	}
	return c, nil
}

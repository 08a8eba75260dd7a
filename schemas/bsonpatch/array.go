package bsonpatch

import (
	"slices"
	"strconv"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// maxFill is how many nulls an index beyond the end may put before itself; servers refuse more.
const maxFill = 1_500_000

// array writes the array doc as the paths below node at change it.
func (p *Patcher) array(dst, doc []byte, at int32) ([]byte, error) {
	dst, start := open(dst)
	size, key := 0, [12]byte{}
	it := rawbson.Walk(doc)
	for it.Next() {
		if limit := p.nodes[at].truncate; limit >= 0 && size >= limit {
			break
		}
		c := p.find(&p.nodes[at], strconv.AppendInt(key[:0], int64(size), 10))
		size++
		if c < 0 {
			dst = append(dst, it.Raw...)
			continue
		}
		if p.nodes[c].action == remove || p.nodes[c].kind == field {
			return dst, mismatch("field of an array", p.nodes[c].name)
		}
		var err error
		if dst, err = p.change(dst, it.Element, c); err != nil {
			return dst, err
		}
	}
	if it.Err() != nil {
		return dst, it.Err()
	}
	if limit := p.nodes[at].truncate; limit > size {
		return dst, mismatch("truncated array was shorter", p.nodes[at].name)
	}
	dst, err := p.extend(dst, at, size)
	return shut(dst, start), err
}

// extend writes the elements below node at that lie beyond the array's end, with nulls for the indexes between: setting
// index 7 of five elements is described by index 7 alone.
func (p *Patcher) extend(dst []byte, at int32, size int) ([]byte, error) {
	first := len(p.order) // nested arrays share the scratch: each keeps to its own part
	defer func() { p.order = p.order[:first] }()
	for _, c := range p.nodes[at].children {
		if p.nodes[c].used {
			continue
		}
		i, ok := number(p.nodes[c].name)
		if !ok || i < size || i-size > maxFill || p.nodes[c].kind == field {
			return dst, mismatch("no such index", p.nodes[c].name)
		}
		p.order = append(p.order, c)
	}
	slices.SortFunc(p.order[first:], p.byIndex)
	var key [12]byte
	for k := first; k < len(p.order); k++ {
		c := p.order[k]
		for i, _ := number(p.nodes[c].name); size < i; size++ {
			dst = header(dst, rawbson.Null, strconv.AppendInt(key[:0], int64(size), 10))
		}
		var err error
		if dst, err = p.create(dst, p.nodes[c].name, c); err != nil {
			return dst, err
		}
		size++
	}
	return dst, nil
}

func (p *Patcher) byIndex(a, b int32) int {
	i, _ := number(p.nodes[a].name)
	j, _ := number(p.nodes[b].name)
	return i - j
}

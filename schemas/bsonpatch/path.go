package bsonpatch

import (
	"bytes"
	"strconv"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// maxDepth is how many components a path may have; a server's documents nest at most 180 levels.
const maxDepth = 250

// at is the node for path below the root, made if it is not there.
func (p *Patcher) at(path []byte) (int32, error) {
	parts, ok, err := rawbson.Lookup(p.disambiguated, string(path))
	if err != nil {
		return 0, err
	}
	if ok {
		return p.atParts(path, parts)
	}
	n, depth := int32(0), 0
	for rest, more := path, true; more; {
		var name []byte
		name, rest, more = bytes.Cut(rest, dot)
		if depth++; depth > maxDepth {
			return 0, mismatch("path is too deep", path)
		}
		if n, err = p.child(n, name, either); err != nil {
			return 0, err
		}
	}
	return n, nil
}

var dot = []byte{'.'}

// atParts follows a path that the server has spelled out: strings are fields, numbers are indexes.
func (p *Patcher) atParts(path []byte, parts rawbson.Element) (n int32, err error) {
	if parts.Type != rawbson.Array {
		return 0, mismatch("disambiguated path is not an array", path)
	}
	depth := 0
	for it := rawbson.Walk(parts.Value); ; {
		if !it.Next() {
			return n, it.Err()
		}
		if depth++; depth > maxDepth {
			return 0, mismatch("path is too deep", path)
		}
		name, k := component(it.Element)
		if name == nil {
			return 0, mismatch("disambiguated path holds neither a string nor a number", path)
		}
		if n, err = p.child(n, name, k); err != nil {
			return 0, err
		}
	}
}

func component(e rawbson.Element) ([]byte, kind) {
	switch e.Type {
	case rawbson.String:
		return rawbson.Text(e.Value), field
	case rawbson.Int32:
		return strconv.AppendInt(nil, int64(rawbson.AsInt32(e.Value)), 10), index
	case rawbson.Int64:
		return strconv.AppendInt(nil, rawbson.AsInt64(e.Value), 10), index
	}
	return nil, either
}

// number reads a component as an array index: digits only, no leading zero. ok is false for anything else.
func number(name []byte) (i int, ok bool) {
	if len(name) == 0 || len(name) > 9 || len(name) > 1 && name[0] == '0' {
		return 0, false
	}
	for _, c := range name {
		if c < '0' || c > '9' {
			return 0, false
		}
		i = i*10 + int(c-'0')
	}
	return i, true
}

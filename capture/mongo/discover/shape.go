// Package discover guesses a contract from sample documents.
package discover

import (
	"math"

	"github.com/tidemark-cdc/tidemark/schemas/extjson"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// shape is what was seen at one place of the documents.
type shape struct {
	name     string
	seen     int // documents or array elements that have the place, null included
	nulls    int
	types    map[string]int // by the type's name in contracts
	scale    int            // the most decimals of a decimal128
	children []*shape       // of documents here, in the order first seen
	byName   map[string]*shape
	elements *shape // of arrays here
}

func newShape(name string) *shape {
	return &shape{name: name, types: map[string]int{}, byName: map[string]*shape{}}
}

func (s *shape) child(name string) *shape {
	c := s.byName[name]
	if c == nil {
		c = newShape(name)
		s.byName[name] = c
		s.children = append(s.children, c)
	}
	return c
}

// names of types that scalars have in contracts.
var names = map[rawbson.Type]string{
	rawbson.ObjectID: "objectid", rawbson.String: "string", rawbson.Symbol: "string", rawbson.Boolean: "bool", rawbson.Int32: "int",
	rawbson.Int64: "long", rawbson.Double: "double", rawbson.Decimal128: "decimal128", rawbson.DateTime: "date", rawbson.Timestamp: "timestamp",
	rawbson.Binary: "bindata", rawbson.Document: "document", rawbson.Array: "array",
}

// see takes in one value.
func (s *shape) see(t rawbson.Type, v []byte, depth int) error {
	s.seen++
	if t == rawbson.Null || t == rawbson.Undefined {
		s.nulls++
		return nil
	}
	name, ok := names[t]
	switch {
	case !ok:
		name = "json"
	case t == rawbson.Binary && v[4] == 4:
		name = "uuid"
	case t == rawbson.Decimal128:
		s.scale = max(s.scale, scale(v))
	}
	s.types[name]++
	if depth == 0 {
		return nil
	}
	switch t {
	case rawbson.Document:
		return s.seeDocument(v, depth-1)
	case rawbson.Array:
		return s.seeArray(v, depth-1)
	}
	return nil
}

func (s *shape) seeDocument(doc []byte, depth int) error {
	it := rawbson.Walk(doc)
	for it.Next() {
		if err := s.child(string(it.Key)).see(it.Type, it.Value, depth); err != nil {
			return err
		}
	}
	return it.Err()
}

func (s *shape) seeArray(doc []byte, depth int) error {
	if s.elements == nil {
		s.elements = newShape("[]")
	}
	it := rawbson.Walk(doc)
	for it.Next() {
		if err := s.elements.see(it.Type, it.Value, depth); err != nil {
			return err
		}
	}
	return it.Err()
}

// scale is how many decimals a Decimal128 has.
func scale(v []byte) int {
	text := extjson.AppendDecimal128(nil, v)
	point, exponent := -1, 0
	for i, c := range text {
		switch c {
		case '.':
			point = i
		case 'E':
			for _, d := range text[i+2:] {
				exponent = min(exponent*10+int(d-'0'), math.MaxInt16)
			}
			if text[i+1] == '-' {
				exponent = -exponent
			}
			text = text[:i]
		}
	}
	decimals := 0
	if point >= 0 {
		decimals = len(text) - point - 1
	}
	return max(decimals-exponent, 0)
}

package extjson

import (
	"errors"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// MaxDepth is how deep documents and arrays may nest. A server stores at most 180 levels; the bound keeps a hostile
// document from exhausting the stack.
const MaxDepth = 250

// ErrTooDeep says that a document nests deeper than MaxDepth.
var ErrTooDeep = errors.New("extended JSON: document nests too deep")

// Append appends the extended JSON of one BSON document. Errors: *rawbson.MalformedError, ErrTooDeep.
func Append(dst, doc []byte) ([]byte, error) {
	return AppendValue(dst, rawbson.Document, doc)
}

// AppendQuoted appends the extended JSON of one BSON document as a JSON string, quotes included.
func AppendQuoted(dst, doc []byte) ([]byte, error) {
	return AppendValueQuoted(dst, rawbson.Document, doc)
}

// AppendValue appends the extended JSON of one value, whose bytes are as rawbson.Element.Value has them.
func AppendValue(dst []byte, t rawbson.Type, value []byte) ([]byte, error) {
	w := writer{dst: dst, forms: &plain}
	err := w.checked(t, value)
	return w.dst, err
}

// AppendValueQuoted is AppendValue as a JSON string, quotes included.
func AppendValueQuoted(dst []byte, t rawbson.Type, value []byte) ([]byte, error) {
	w := writer{dst: append(dst, '"'), forms: &quoted}
	err := w.checked(t, value)
	return append(w.dst, '"'), err
}

// checked writes a value that nobody has measured yet: every accessor below relies on exact bounds.
func (w *writer) checked(t rawbson.Type, value []byte) error {
	n, err := rawbson.Size(t, value)
	if err != nil {
		return err
	}
	if n != len(value) {
		return &rawbson.MalformedError{What: "bytes after the end of the value"}
	}
	return w.value(t, value)
}

package extjson

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// TestCutAnywhereIsAnError cuts every golden document at every length: no prefix is a document.
func TestCutAnywhereIsAnError(t *testing.T) {
	for _, g := range goldens(t) {
		for n := range g.doc {
			_, err := Append(nil, g.doc[:n])
			var malformed *rawbson.MalformedError
			require.ErrorAs(t, err, &malformed, "%s cut to %d bytes", g.name, n)
		}
		_, err := Append(nil, append(g.doc[:len(g.doc):len(g.doc)], 0))
		require.Error(t, err, "%s with a byte after its end", g.name)
	}
}

func TestMalformed(t *testing.T) {
	for name, doc := range map[string]string{
		"negative document length": "\xff\xff\xff\xff\x00",
		"unknown type":             "\x08\x00\x00\x00\x44a\x00\x00",
		"boolean 2":                "\x09\x00\x00\x00\x08a\x00\x02\x00",
		"string length 0":          "\x0c\x00\x00\x00\x02a\x00\x00\x00\x00\x00\x00",
		"string without its zero":  "\x0e\x00\x00\x00\x02a\x00\x02\x00\x00\x00xy\x00",
		"key without its zero":     "\x07\x00\x00\x00\x10a\x00",
		"inner document too long":  "\x0d\x00\x00\x00\x03a\x00\x06\x00\x00\x00\x00\x00",
		"old binary, wrong length": "\x11\x00\x00\x00\x05a\x00\x04\x00\x00\x00\x02\x09\x00\x00\x00\x00",
	} {
		_, err := Append(nil, []byte(doc))
		var malformed *rawbson.MalformedError
		require.ErrorAs(t, err, &malformed, name)
	}
}

// nested is a document with n levels below the top.
func nested(n int) []byte {
	doc := []byte{5, 0, 0, 0, 0}
	for range n {
		size := len(doc) + 8
		outer := []byte{byte(size), byte(size >> 8), 0, 0, 3, 'a', 0}
		doc = append(append(outer, doc...), 0)
	}
	return doc
}

func TestDepthIsBounded(t *testing.T) {
	_, err := Append(nil, nested(MaxDepth-1))
	require.NoError(t, err)
	_, err = Append(nil, nested(MaxDepth))
	require.ErrorIs(t, err, ErrTooDeep)
}

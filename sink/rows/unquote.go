package rows

import (
	"slices"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// simple are the values of the escapes of two bytes, by the second one.
var simple = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unquote gives the value of the string whose first byte is b[i], in dst, which it may
// grow, and the index of the quote that ends it: a document is escaped at every quote of
// its own, so finding the end first and unescaping then would look at all of it twice.
func unquote(dst, b []byte, i int) (out []byte, end int, ok bool) {
	dst = slices.Grow(dst[:0], len(b)-i)[:len(b)-i]
	n := 0
	for i < len(b) {
		c := b[i]
		if plain[c] {
			dst[n] = c
			n++
			i++
			continue
		}
		if c == '"' {
			return dst[:n], i, true
		}
		if c != '\\' || i+1 == len(b) {
			return dst, 0, false
		}
		if e := simple[b[i+1]]; e != 0 {
			dst[n] = e
			n++
			i += 2
			continue
		}
		size := codePoints(b[i:])
		if size == 0 {
			return dst, 0, false
		}
		n = len(wire.Unescape(dst[:n], b[i:i+size])) // shorter than its escapes, so it fits
		i += size
	}
	return dst, 0, false
}

// codePoints is the length of the \uXXXX escapes that b begins with, all of them,
// because two may be one character; 0 when the first is broken.
func codePoints(b []byte) int {
	n := 0
	for n+1 < len(b) && b[n] == '\\' && b[n+1] == 'u' {
		if scanEscape(b[n:]) != 6 {
			return 0
		}
		n += 6
	}
	return n
}

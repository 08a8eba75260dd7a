package rows

import "github.com/tidemark-cdc/tidemark/schemas/wire"

// The functions below read JSON where it stands, once, as far as capture writes it that
// way. What they do not know is not wrong: they give false, and package wire decides.

// scanValue reads the value at b[i] and gives the index after it.
func scanValue(b []byte, i int) (tok wire.Token, next int, ok bool) {
	if i >= len(b) {
		return tok, i, false
	}
	switch c := b[i]; {
	case c == '"':
		end, escaped, ok := scanString(b, i+1)
		if !ok {
			return tok, i, false
		}
		return wire.Token{Kind: wire.String, Escaped: escaped, Raw: b[i+1 : end]}, end + 1, true
	case c == '-' || c-'0' <= 9:
		return scanNumber(b, i)
	case c == '[':
		return scanNested(b, i, wire.Array)
	case c == 'n':
		return scanWord(b, i, "null", wire.Null)
	case c == 't':
		return scanWord(b, i, "true", wire.Bool)
	case c == 'f':
		return scanWord(b, i, "false", wire.Bool)
	}
	return tok, i, false
}

// plain marks the bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// scanString gives the index of the quote that ends the string whose first byte is b[i].
func scanString(b []byte, i int) (end int, escaped, ok bool) {
	for i < len(b) {
		c := b[i]
		switch {
		case plain[c]:
			i++
		case c == '"':
			return i, escaped, true
		case c == '\\':
			n := scanEscape(b[i:])
			if n == 0 {
				return 0, false, false
			}
			escaped = true
			i += n
		default:
			return 0, false, false
		}
	}
	return 0, false, false
}

// scanEscape is the length of the escape that b begins with, 0 for none.
func scanEscape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) >= 6 && isHex(b[2]) && isHex(b[3]) && isHex(b[4]) && isHex(b[5]) {
			return 6
		}
	}
	return 0
}

func isHex(c byte) bool { return c-'0' <= 9 || (c|0x20)-'a' <= 5 }

// scanNumber reads a number by JSON's grammar.
func scanNumber(b []byte, start int) (tok wire.Token, next int, ok bool) {
	i := start
	if b[i] == '-' {
		i++
	}
	first := i
	i = skipDigits(b, i)
	ok = i > first && (b[first] != '0' || i == first+1)
	if i < len(b) && b[i] == '.' {
		point := i + 1
		i = skipDigits(b, point)
		ok = ok && i > point
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		exp := i
		i = skipDigits(b, i)
		ok = ok && i > exp
	}
	return wire.Token{Kind: wire.Number, Raw: b[start:i]}, i, ok
}

func skipDigits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

// scanNested finds the end of an object or array, whose inside is checked when it is
// walked.
func scanNested(b []byte, start int, k wire.Kind) (tok wire.Token, next int, ok bool) {
	depth := 0
	for i := start; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return wire.Token{Kind: k, Raw: b[start : i+1]}, i + 1, b[i] == b[start]+2 // '{'+2 is '}', '['+2 is ']'
			}
		case '"':
			if i, _, ok = scanString(b, i+1); !ok {
				return tok, start, false
			}
		}
	}
	return tok, start, false
}

func scanWord(b []byte, i int, word string, k wire.Kind) (tok wire.Token, next int, ok bool) {
	end := i + len(word)
	if end > len(b) || string(b[i:end]) != word {
		return tok, i, false
	}
	return wire.Token{Kind: k, Raw: b[i:end]}, end, true
}

package wire

import "fmt"

// inString marks the bytes that a string holds without ending or escaping.
var inString = func() (t [256]bool) {
	for c := 0x20; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// stringEnd gives the index of the quote that closes the string whose first byte is
// b[i], and whether it holds escapes, all of which are checked here so that Unescape
// cannot fail.
func stringEnd(b []byte, i int) (end int, escaped bool, err error) {
	for i < len(b) {
		c := b[i]
		if inString[c] {
			i++
			continue
		}
		switch {
		case c == '"':
			return i, escaped, nil
		case c == '\\':
			n := escapeLen(b[i:])
			if n == 0 {
				return 0, false, fmt.Errorf("%w: bad escape %.6q", ErrSyntax, b[i:])
			}
			escaped = true
			i += n
		default:
			return 0, false, fmt.Errorf("%w: control byte %#02x in a string", ErrSyntax, c)
		}
	}
	return 0, false, fmt.Errorf("%w: a string does not end", ErrSyntax)
}

// escapeLen is the length of the escape at the start of b; 0 when it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(b[2:]); ok {
			return 6
		}
	}
	return 0
}

// structural marks the bytes at which container has to think.
var structural = [256]bool{'{': true, '}': true, '[': true, ']': true, '"': true}

// container finds the end of the object or array that starts at b[i] by counting
// brackets outside of strings.
func container(b []byte, start int, k Kind) (Token, int, error) {
	depth := 0
	for i := start; i < len(b); i++ {
		if !structural[b[i]] {
			continue
		}
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				if b[i] != b[start]+2 { // '{'+2 = '}', '['+2 = ']'
					return Token{}, i, fmt.Errorf("%w: %s ends with %q", ErrSyntax, k, b[i])
				}
				return Token{Kind: k, Raw: b[start : i+1]}, i + 1, nil
			}
		case '"':
			end, _, err := stringEnd(b, i+1)
			if err != nil {
				return Token{}, i, err
			}
			i = end
		}
	}
	return Token{}, start, fmt.Errorf("%w: %s does not end", ErrSyntax, k)
}

// number reads a number by JSON's grammar (RFC 8259, section 6).
func number(b []byte, start int) (Token, int, error) {
	i := start
	if b[i] == '-' {
		i++
	}
	whole := digits(b, i)
	ok := whole > i && (b[i] != '0' || whole == i+1)
	if i = whole; ok && i < len(b) && b[i] == '.' {
		frac := digits(b, i+1)
		ok, i = frac > i+1, frac
	}
	if ok && i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		exp := digits(b, i)
		ok, i = exp > i, exp
	}
	if !ok {
		return Token{}, start, fmt.Errorf("%w: %.20q is no value", ErrSyntax, b[start:])
	}
	return Token{Kind: Number, Raw: b[start:i]}, i, nil
}

func digits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

package wire

import (
	"errors"
	"fmt"
)

// ErrSyntax is wrapped by every failure to read JSON.
var ErrSyntax = errors.New("malformed JSON")

// Kind is a JSON value's kind.
type Kind byte

// The kinds. The zero Kind is no value at all, which is not the same as Null.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Object
	Array
)

var kindNames = [...]string{"nothing", "null", "a boolean", "a number", "a string", "an object", "an array"}

// String names the kind as a message would.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", byte(k))
}

// Token is one JSON value, still as bytes of the text that it was read from.
type Token struct {
	Kind Kind
	// Escaped is set for a String that holds escapes: Raw is then not its value yet.
	Escaped bool
	// Raw is the value's text; a String's is what stands between the quotes.
	Raw []byte
}

// IsNull reports whether the value is null.
func (t Token) IsNull() bool { return t.Kind == Null }

// Text is a String's value: Raw itself when nothing is escaped, else unescaped into
// scratch, which is returned grown for the next call.
func (t Token) Text(scratch []byte) (text, grown []byte) {
	if !t.Escaped {
		return t.Raw, scratch
	}
	scratch = Unescape(scratch[:0], t.Raw)
	return scratch, scratch
}

// Parse reads b, which must hold one value and nothing else but white space. The
// insides of objects and arrays are checked when they are walked.
func Parse(b []byte) (Token, error) {
	i := space(b, 0)
	tok, n, err := value(b, i)
	if err != nil {
		return Token{}, err
	}
	if n = space(b, n); n != len(b) {
		return Token{}, fmt.Errorf("%w: %d bytes after the value", ErrSyntax, len(b)-n)
	}
	return tok, nil
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// value reads the value that starts at b[i] and gives the index after it.
func value(b []byte, i int) (Token, int, error) {
	if i >= len(b) {
		return Token{}, i, fmt.Errorf("%w: ends where a value is due", ErrSyntax)
	}
	switch c := b[i]; c {
	case '"':
		end, escaped, err := stringEnd(b, i+1)
		if err != nil {
			return Token{}, i, err
		}
		return Token{Kind: String, Escaped: escaped, Raw: b[i+1 : end]}, end + 1, nil
	case '{':
		return container(b, i, Object)
	case '[':
		return container(b, i, Array)
	case 't':
		return literal(b, i, "true", Bool)
	case 'f':
		return literal(b, i, "false", Bool)
	case 'n':
		return literal(b, i, "null", Null)
	default:
		return number(b, i)
	}
}

func literal(b []byte, i int, word string, k Kind) (Token, int, error) {
	end := i + len(word)
	if end > len(b) || string(b[i:end]) != word {
		return Token{}, i, fmt.Errorf("%w: %.10q is no value", ErrSyntax, b[i:])
	}
	return Token{Kind: k, Raw: b[i:end]}, end, nil
}

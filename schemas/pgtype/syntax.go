package pgtype

import "fmt"

// SyntaxError says that a text is not what PostgreSQL prints for the type under Settings.
type SyntaxError struct {
	Type string
	Text string // the text's first 120 bytes
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%q is not a PostgreSQL %s", e.Text, e.Type)
}

func syntaxError(typ string, text []byte) error {
	return &SyntaxError{Type: typ, Text: string(text[:min(len(text), 120)])}
}

// Package pgoutput reads the messages of PostgreSQL's output plugin pgoutput, protocol version 1.
//
// Row messages are views over the bytes that the protocol delivered: nothing is copied, nothing is allocated per row, and what was
// parsed is good until those bytes are overwritten. Relation and Type outlive their message and own their strings.
package pgoutput

import "fmt"

// Kind is a message's first byte.
type Kind byte

// The kinds of protocol version 1.
const (
	KindBegin    Kind = 'B'
	KindCommit   Kind = 'C'
	KindOrigin   Kind = 'O'
	KindRelation Kind = 'R'
	KindType     Kind = 'Y'
	KindInsert   Kind = 'I'
	KindUpdate   Kind = 'U'
	KindDelete   Kind = 'D'
	KindTruncate Kind = 'T'
	KindMessage  Kind = 'M'
)

// String gives the letter.
func (k Kind) String() string { return fmt.Sprintf("%q", byte(k)) }

// FormatError says that bytes are not the message that they claim to be: another protocol version, or a stream out of step.
type FormatError struct {
	Kind   Kind
	Length int // bytes of the whole message
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("pgoutput: malformed message %s of %d bytes", e.Kind, e.Length)
}

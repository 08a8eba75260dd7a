// Package deadletter keeps the records that could not be applied: in the table
// ops.dead_letters and in the topic tidemark.deadletters, with their original bytes.
package deadletter

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Letter is one record that makes no row, and why.
type Letter struct {
	Source      string
	Topic       string
	Incarnation string
	Partition   int
	Offset      int64
	// Version and Op are zero when the header could not be read.
	Version position.Position
	Op      event.Op
	// Table is database.table of the raw table that the record was meant for.
	Table string
	// Reason is the class of the fault, Err its message.
	Reason, Err string
	// Schema is the id of the sink's contract that refused the record.
	Schema uint32
	// Again is set when the record had been sent again.
	Again Again
	// Key, Value and Header are the record's bytes as they were in the topic; nil is null.
	Key, Value, Header []byte
}

// Keep copies the record's bytes, which are a view of a buffer that will be reused.
func (l Letter) Keep() Letter {
	l.Key, l.Value, l.Header = bytes.Clone(l.Key), bytes.Clone(l.Value), bytes.Clone(l.Header)
	return l
}

// HeaderAgain is the header of a record that was sent again: "origin/attempt".
const HeaderAgain = "tidemark.again"

// Again says how often a record was sent again, and the offset at which it failed first.
// The zero value is a record that was not.
type Again struct {
	Origin  int64
	Attempt int
}

// AgainOf reads a record's HeaderAgain. One that cannot be read counts as none: the
// letter is then a new trouble, which is never hidden.
func AgainOf(rec interface {
	Header(key string) ([]byte, bool)
}) (a Again) {
	text, ok := rec.Header(HeaderAgain)
	if !ok {
		return a
	}
	origin, attempt, _ := strings.Cut(string(text), "/")
	var err error
	if a.Origin, err = strconv.ParseInt(origin, 10, 64); err != nil || a.Origin < 0 {
		return Again{}
	}
	if a.Attempt, err = strconv.Atoi(attempt); err != nil || a.Attempt < 1 {
		return Again{}
	}
	return a
}

// Text is the header's value.
func (a Again) Text() string { return fmt.Sprintf("%d/%d", a.Origin, a.Attempt) }

// origin is where the record failed first.
func (l *Letter) origin() int64 {
	if l.Again.Attempt > 0 {
		return l.Again.Origin
	}
	return l.Offset
}

// The reasons that the sink gives itself; the rest are rows.Class.
const (
	// ReasonHeader: there is no readable tidemark header, so nothing says what it is.
	ReasonHeader = "header"
	// ReasonLost: records that the topic lost before they were read; the letter is the first.
	ReasonLost = "lost"
	// ReasonMarker: a marker that cannot be read.
	ReasonMarker = "marker"
)

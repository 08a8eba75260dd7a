// Package deadletter keeps the records that could not be applied: in the table
// ops.dead_letters and in the topic tidemark.deadletters, with their original bytes.
package deadletter

import (
	"bytes"

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
	// Key, Value and Header are the record's bytes as they were in the topic; nil is null.
	Key, Value, Header []byte
}

// Keep copies the record's bytes, which are a view of a buffer that will be reused.
func (l Letter) Keep() Letter {
	l.Key, l.Value, l.Header = bytes.Clone(l.Key), bytes.Clone(l.Value), bytes.Clone(l.Header)
	return l
}

// The reasons that the sink gives itself; the rest are rows.Class.
const (
	// ReasonHeader: there is no readable tidemark header, so nothing says what it is.
	ReasonHeader = "header"
	// ReasonMarker: a marker that cannot be read.
	ReasonMarker = "marker"
)

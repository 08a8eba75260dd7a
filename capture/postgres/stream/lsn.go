// Package stream reads a logical replication stream: frames straight from the socket in large gulps, and standby status updates from a
// goroutine of its own, which therefore go out also while the reader is blocked.
package stream

import "github.com/jackc/pglogrepl"

// LSN is a position in the write-ahead log: a byte count since the cluster was made.
type LSN uint64

// String gives PostgreSQL's form, "16/B374D848".
func (l LSN) String() string { return pglogrepl.LSN(l).String() }

// ParseLSN reads PostgreSQL's form.
func ParseLSN(s string) (LSN, error) {
	l, err := pglogrepl.ParseLSN(s)
	return LSN(l), err
}

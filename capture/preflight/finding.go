// Package preflight says what a source lacks before anything starts, and what mends it.
package preflight

import (
	"encoding/json"
	"fmt"
)

// Severity says whether a finding stops the start.
type Severity int

// The severities, from the mildest on.
const (
	// Note is worth knowing; nothing is lost by leaving it.
	Note Severity = iota
	// Warning costs something (speed, look-ups, disk) or will stop the stream one day.
	Warning
	// Failure stops the start: going on would lose or miss data.
	Failure
)

// String is the severity in lower case.
func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Failure:
		return "failure"
	}
	return fmt.Sprintf("severity(%d)", int(s))
}

// MarshalJSON writes the String form.
func (s Severity) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Finding is one thing that preflight saw.
type Finding struct {
	Severity Severity `json:"severity"`
	// Title names what is wrong in a few words: "wal_level is replica".
	Title string `json:"title"`
	// Detail says what it leads to, in a sentence or two.
	Detail string `json:"detail,omitempty"`
	// SQL mends it in PostgreSQL; empty where SQL cannot.
	SQL string `json:"sql,omitempty"`
	// Command mends it in MongoDB's shell or on the server; empty where there is none.
	Command string `json:"command,omitempty"`
	// Mendable is set where `capture setup` may run the SQL or the command itself:
	// it needs no restart of the server and takes nothing from anybody.
	Mendable bool `json:"mendable,omitempty"`
}

// Failed reports whether any finding stops the start.
func Failed(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity >= Failure {
			return true
		}
	}
	return false
}

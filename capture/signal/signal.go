package signal

import (
	"encoding/json"
	"fmt"
	"time"
)

// Resnapshot is the kind that asks for tables to be read again.
const Resnapshot = "resnapshot"

// Restate is the kind that asks for rows of one table to be said again.
const Restate = "restate"

// Signal is one thing that is asked of the capture of a source.
type Signal struct {
	// Offset is its place in the topic; it is not in the record.
	Offset int64  `json:"-"`
	ID     string `json:"id"`
	Source string `json:"source"`
	Kind   string `json:"kind"`
	// Tables are "schema.table" or "database.collection"; empty: the whole source, in a new epoch.
	Tables []string `json:"tables,omitempty"`
	// Keys are the rows that a Restate asks for: the texts of the key's values, in the order of the contract's key.
	Keys [][]string `json:"keys,omitempty"`
	// Reason is for people who read the log.
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Whole reports whether all of the source is meant.
func (s *Signal) Whole() bool { return len(s.Tables) == 0 }

// Parse reads a record's value.
func Parse(value []byte) (Signal, error) {
	var s Signal
	if err := json.Unmarshal(value, &s); err != nil {
		return s, fmt.Errorf("signal %.120q: %w", value, err)
	}
	if s.Source == "" || s.Kind == "" {
		return s, fmt.Errorf("signal %.120q: no source or no kind", value)
	}
	if s.Kind == Restate && (len(s.Tables) != 1 || len(s.Keys) == 0) {
		return s, fmt.Errorf("signal %.120q: a restate names one table and the keys of its rows", value)
	}
	return s, nil
}

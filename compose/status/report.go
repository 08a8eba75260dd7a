// Package status is one look at the whole pipeline: what the sources hold and have published, what ClickHouse has.
package status

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Where says whom to ask. What is not given, or does not answer, is left open in the report.
type Where struct {
	compare.Addresses
	Brokers   []string
	Captures  []string // addresses of capture's HTTP, such as http://127.0.0.1:18180
	Contracts []*contract.Contract
}

// Report is one look. Numbers that could not be had are negative.
type Report struct {
	At      time.Time `json:"at"`
	Sources []Source  `json:"sources"`
	Tables  []Table   `json:"tables"`
	// DeadLetters are the unresolved ones of all sources.
	DeadLetters int64 `json:"dead_letters"`
	// Reconciled and Compacted are when that was done last, and what came of it: "never" where it was not.
	Reconciled string `json:"reconciled"`
	Compacted  string `json:"compacted"`
}

// Source is how far one source is.
type Source struct {
	Source string `json:"source"`
	// State is capture's word: running, standby, retrying, ...; "" where no capture answers.
	State string `json:"state"`
	Error string `json:"error,omitempty"`
	// Published is the position up to which all is in the topics, Position (the tidemark) in ClickHouse.
	Published string `json:"published"`
	Position  string `json:"position"`
	// LagBytes is what the source keeps because it is not confirmed yet; 0 where it does not tell.
	LagBytes int64 `json:"lag_bytes"`
	// Lag is the age of the tidemark, in seconds.
	Lag float64 `json:"lag_seconds"`
	// Rate is what capture reads, in changes per second since the look before.
	Rate        float64 `json:"changes_per_second"`
	Behind      int64   `json:"behind"`       // records published and not yet applied
	DeadLetters int64   `json:"dead_letters"` // unresolved ones at or below the tidemark

	changes float64
	seen    time.Time
}

// Table is one table or collection on its way.
type Table struct {
	Table   string `json:"table"`
	Source  int64  `json:"source_rows"`  // PostgreSQL beyond 200,000 and MongoDB: the server's own estimate
	Topic   int64  `json:"topic_offset"` // records that its topic has taken, markers and tombstones included
	Waiting int64  `json:"waiting"`      // of these, not yet in ClickHouse
	Rows    int64  `json:"clickhouse_rows"`
}

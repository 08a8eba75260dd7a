package serve

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Reading counts what a source reads. It serves as the Observer of every kind of source.
type Reading struct {
	changes, bytes, rows prometheus.Counter
	behind, age          prometheus.Gauge
}

// Reading gives the source's counters.
func (m *Metrics) Reading(source string) *Reading {
	return &Reading{
		changes: m.changes.WithLabelValues(source), bytes: m.read.WithLabelValues(source), rows: m.rows.WithLabelValues(source),
		behind: m.behind.WithLabelValues(source), age: m.age.WithLabelValues(source),
	}
}

// Captured counts changes and the bytes of the stream that held them.
func (r *Reading) Captured(changes, bytes int) {
	r.changes.Add(float64(changes))
	r.bytes.Add(float64(bytes))
}

// Lag notes what the source keeps for us, in bytes, and the age of the last commit read.
func (r *Reading) Lag(bytes uint64, age time.Duration) {
	r.behind.Set(float64(bytes))
	r.age.Set(age.Seconds())
}

// Snapshot counts rows of snapshots.
func (r *Reading) Snapshot(rows int) { r.rows.Add(float64(rows)) }

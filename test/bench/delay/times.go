// Package delay times single changes from their commit to where they can be read.
package delay

import (
	"slices"
	"time"
)

// Times are the delays of changes.
type Times struct {
	Lost   int // changes that never arrived
	sorted []time.Duration
}

// between pairs what was committed with what was seen, by id.
func between(committed, seen map[int64]time.Time, counts func(id int64) bool) Times {
	var t Times
	for id, at := range committed {
		if !counts(id) {
			continue
		}
		if saw, ok := seen[id]; ok {
			t.sorted = append(t.sorted, saw.Sub(at))
		} else {
			t.Lost++
		}
	}
	slices.Sort(t.sorted)
	return t
}

// Count is the number of changes that were timed.
func (t Times) Count() int { return len(t.sorted) }

// Quantile is the delay in milliseconds that a share q of the changes did not exceed:
// the nearest rank, an actual delay. 0 when none was timed.
func (t Times) Quantile(q float64) float64 {
	n := len(t.sorted)
	if n == 0 {
		return 0
	}
	rank := int(q*float64(n)+0.999999) - 1
	return float64(t.sorted[min(max(rank, 0), n-1)].Microseconds()) / 1000
}

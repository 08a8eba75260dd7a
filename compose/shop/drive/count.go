package drive

import (
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
)

// Count adds up what has been written. The zero value is ready; it may be read while it grows.
type Count struct {
	mu      sync.Mutex
	rows    [change.Tables][change.Ops]int64
	total   int64
	slowest time.Duration
}

func (c *Count) add(steps []change.Step, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slowest = max(c.slowest, took)
	for _, s := range steps {
		for _, ch := range s.Changes {
			c.rows[ch.Table][ch.Op]++
			c.total++
		}
	}
}

// Total gives the changes written so far.
func (c *Count) Total() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

// Summary is what a run did, for a person or a program.
type Summary struct {
	Changes int64                       `json:"changes"`
	Seconds float64                     `json:"seconds"`
	Rate    float64                     `json:"rate"`
	Slowest float64                     `json:"slowest_write_seconds"`
	Tables  map[string]map[string]int64 `json:"tables"`
	// Clock is the shop's own time at the end.
	Clock time.Time `json:"clock"`
	Seed  uint64    `json:"seed,omitempty"`
}

// Summary gives what was written in the time that it took.
func (c *Count) Summary(took time.Duration) Summary {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Summary{Changes: c.total, Seconds: took.Seconds(), Rate: float64(c.total) / took.Seconds(), Slowest: c.slowest.Seconds(), Tables: map[string]map[string]int64{}}
	for t := range change.Tables {
		ops := map[string]int64{}
		for op := range change.Ops {
			ops[op.String()] = c.rows[t][op]
		}
		s.Tables[t.String()] = ops
	}
	return s
}

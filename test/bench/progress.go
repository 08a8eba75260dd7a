package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/test/bench/program"
	"github.com/tidemark-cdc/tidemark/test/bench/report"
)

// progress is work that is done when count has reached want.
type progress struct {
	want  uint64
	count func() (uint64, error)
	every time.Duration // between two looks: each costs the server that is asked something
	began func() bool   // whether the work has begun before there is anything to count; may be nil
}

// follow watches a program at its work. The clock runs from its begin, as began says, to
// the look that finds all. Without began it runs from the first look that finds
// something; what that one found is not counted, because nobody knows how long it took.
func (g progress) follow(ctx context.Context, p *program.Process) (m report.Measure, err error) {
	var first, moved time.Time
	var early, last uint64
	moved = time.Now()
	for {
		n, err := g.count()
		if err != nil {
			return m, err
		}
		now := time.Now()
		if n > last {
			last, moved = n, now
		}
		if first.IsZero() && (n > 0 || g.began != nil && g.began()) {
			first, early = now, n
		}
		if n >= g.want {
			m.Program, err = p.Usage()
			m.Rows, m.Startup, m.Elapsed = int64(g.want), first.Sub(p.Began), now.Sub(first)
			m.Counted = int64(n - early)
			if early == n { // all at once: count from the start of the process
				m.Counted, m.Elapsed, m.Startup = int64(n), now.Sub(p.Began), 0
			}
			return m, err
		}
		if err := p.Check(); err != nil {
			return m, err
		}
		if now.Sub(moved) > patience {
			return m, fmt.Errorf("no progress for %s at %d of %d\n%s", patience, n, g.want, p.Tail())
		}
		select {
		case <-ctx.Done():
			return m, ctx.Err()
		case <-time.After(g.every):
		}
	}
}

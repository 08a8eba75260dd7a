package chaos

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// tide watches the tidemarks of all sources.
type tide struct {
	clickhouse compare.ClickHouse
	sources    int

	mu      sync.Mutex
	reached time.Time // every source's commits up to then are in ClickHouse
	waiting []*wait
}

// wait is a fault from whose end the tidemark is waited for.
type wait struct {
	from time.Time
	took time.Duration // zero until it is over
}

const glance = time.Second // a look costs ClickHouse 0.15 s of CPU

// run looks until ctx ends. What cannot be read stands still.
func (t *tide) run(ctx context.Context) {
	for ctx.Err() == nil {
		if at, err := t.look(ctx); err == nil {
			t.seen(at)
		}
		select {
		case <-ctx.Done():
		case <-time.After(glance):
		}
	}
}

// look gives the commit time that every source has reached.
func (t *tide) look(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var at int64
	err := t.clickhouse.Query(ctx, "SELECT toString(count()), toString(ifNull(min(toUnixTimestamp64Milli(toDateTime64(commit_time, 3))), 0)) FROM ops.tidemark",
		func(row []*string) (err error) {
			if *row[0] != strconv.Itoa(t.sources) {
				return fmt.Errorf("%s of %d sources have a tidemark", *row[0], t.sources)
			}
			at, err = strconv.ParseInt(*row[1], 10, 64)
			return err
		})
	return time.UnixMilli(at), err
}

func (t *tide) seen(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reached = at
	left := t.waiting[:0]
	for _, w := range t.waiting {
		if at.After(w.from) {
			w.took = time.Since(w.from)
		} else {
			left = append(left, w)
		}
	}
	t.waiting = left
}

// await begins to wait for what is committed from now on.
func (t *tide) await() *wait {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := &wait{from: time.Now()}
	t.waiting = append(t.waiting, w)
	return w
}

// took is how long it was waited for; false when it has not come.
func (t *tide) took(w *wait) (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return w.took, w.took > 0
}

// lag is how far the tidemark is behind the clock.
func (t *tide) lag() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reached.IsZero() {
		return 0
	}
	return time.Since(t.reached)
}

package validate

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Names of the watcher's validators.
const (
	ahead     = "nothing comes later below a claimed tidemark"
	backwards = "a tidemark never goes back"
	silent    = "the tidemark is seen to move"
)

// every is how long the watcher waits between two looks.
const every = time.Second

// Watcher takes note of every tidemark that the pipeline claims while it runs, with a
// digest of what raw held up to it at that moment.
type Watcher struct {
	env   Env
	stop  context.CancelFunc
	ended chan struct{}

	mu     sync.Mutex
	claims []claim
	newest map[string]claim // by source
	tallies
}

// claim is one tidemark and what raw held of the source's tables above the claim before
// it, up to it.
type claim struct {
	source  string
	after   *big.Int
	version *big.Int
	letters string // unresolved dead letters up to it
	digests []digest
}

// Watch begins to look, about once a second, and goes on until Check or until ctx ends.
// A look that fails, because a server is down, is no claim. It uses only env's
// Contracts and ClickHouse.
func Watch(ctx context.Context, env Env) *Watcher {
	w := &Watcher{env: env, ended: make(chan struct{}), newest: map[string]claim{}}
	ctx, w.stop = context.WithCancel(ctx)
	go w.watch(ctx)
	return w
}

func (w *Watcher) watch(ctx context.Context) {
	defer close(w.ended)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		_ = w.look(ctx) // a server that is down claims nothing
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look takes note of what is claimed now.
func (w *Watcher) look(ctx context.Context) error {
	var seen []claim
	err := w.env.Sides.ClickHouse.Query(ctx, "SELECT source, toString(version), toString(dead_letters) FROM ops.tidemark", func(t []*string) error {
		v, ok := new(big.Int).SetString(*t[1], 10)
		if !ok {
			return fmt.Errorf("version %q", *t[1])
		}
		seen = append(seen, claim{source: *t[0], version: v, letters: *t[2]})
		return nil
	})
	if err != nil {
		return err
	}
	for i := range seen {
		if err := w.claimed(ctx, &seen[i]); err != nil {
			return err
		}
	}
	return nil
}

// claimed takes at once what raw holds up to a new claim. An epoch is a version's most
// significant part, so a new one never goes back either.
func (w *Watcher) claimed(ctx context.Context, c *claim) error {
	last, any := w.newest[c.source]
	c.after = new(big.Int)
	if any {
		switch order := c.version.Cmp(last.version); {
		case order == 0:
			return nil
		case order < 0:
			w.note(backwards, fmt.Sprintf("%s at %s: from %s to %s", c.source, time.Now().UTC().Format(time.TimeOnly), last.version, c.version))
			return nil
		}
		c.after = last.version
	}
	for _, t := range w.tables(c.source) {
		d, err := digestOf(ctx, w.env.Sides.ClickHouse, t, c.after, c.version, false)
		if err != nil {
			return err
		}
		c.digests = append(c.digests, d)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claims = append(w.claims, *c)
	w.newest[c.source] = *c
	return nil
}

func (w *Watcher) note(validator, example string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken(validator, example)
}

// tables are the source's tables.
func (w *Watcher) tables(source string) []*contract.Contract {
	return contract.OfSource(w.env.Contracts, source)
}

// Check stops looking and holds every claim to what is there now: nothing up to it may
// have come later. Call it after All has found the run to be right. A run in which no
// tidemark was seen is a failure too: it shows nothing.
func (w *Watcher) Check(ctx context.Context) ([]Failure, error) {
	w.stop()
	<-w.ended
	w.table = "ops.tidemark"
	if len(w.claims) == 0 {
		w.broken(silent, "no claim was seen")
	}
	for i := range w.claims {
		if err := w.check(ctx, &w.claims[i]); err != nil {
			return nil, err
		}
	}
	return w.failures(), nil
}

// check takes a claim's digests again. What a claim says is not there, a dead letter, may
// have come since: then it is left out.
func (w *Watcher) check(ctx context.Context, c *claim) error {
	for i, t := range w.tables(c.source) {
		now, err := digestOf(ctx, w.env.Sides.ClickHouse, t, c.after, c.version, false)
		if err == nil && now != c.digests[i] && c.letters != "0" {
			now, err = digestOf(ctx, w.env.Sides.ClickHouse, t, c.after, c.version, true)
		}
		if err != nil {
			return err
		}
		if now != c.digests[i] {
			w.broken(ahead, fmt.Sprintf("%s claimed %s: %s had %s above %s, and now has %s", c.source, c.version, t.Target, c.digests[i], c.after, now))
		}
	}
	return nil
}

// Claims is how many tidemarks were seen so far.
func (w *Watcher) Claims() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.claims)
}

// String says what was seen, for logs.
func (w *Watcher) String() string { return strconv.Itoa(w.Claims()) + " claims" }

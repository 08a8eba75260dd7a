package publish

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// herald writes a watermark for barriers that are resolved, one record on its way at a
// time; what is resolved meanwhile shares the next one.
type herald struct {
	source   string
	interval time.Duration
	ledger   *ledger
	marks    *partition // of the watermarks' topic
	observer Observer

	wanted    chan struct{} // holds one token after somebody began to wait
	hurry     atomic.Bool
	confirmed atomic.Pointer[Point]

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when confirmed moves
}

// run writes watermarks until ctx ends.
func (h *herald) run(ctx context.Context) error {
	var last time.Time
	for {
		pause, due := h.pause(last)
		if due && pause <= 0 {
			if err := h.mark(ctx); err != nil {
				return err
			}
			last = time.Now()
			continue
		}
		if !h.sleep(ctx, pause, due) {
			return nil
		}
	}
}

// pause is how long the next watermark has to wait, and whether there is one to write.
func (h *herald) pause(last time.Time) (time.Duration, bool) {
	if !h.ledger.due() {
		return 0, false
	}
	if h.hurry.Load() {
		return 0, true
	}
	return h.interval - time.Since(last), true
}

func (h *herald) sleep(ctx context.Context, pause time.Duration, due bool) bool {
	var timer <-chan time.Time
	if due {
		t := time.NewTimer(pause)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-h.ledger.ready:
	case <-h.wanted:
	case <-timer:
	}
	return true
}

// mark writes one watermark and confirms its point once it is acknowledged.
func (h *herald) mark(ctx context.Context) error {
	h.hurry.Store(false)
	b, w := h.ledger.settle(h.source)
	if b == nil {
		return nil
	}
	if err := h.write(ctx, w); err != nil {
		return err
	}
	h.confirm(b.point) // rule: confirm-after-watermark
	return nil
}

// write appends the watermark and waits until it is acknowledged.
func (h *herald) write(ctx context.Context, w *watermark.Watermark) error {
	value, err := w.Encode()
	if err != nil {
		return fmt.Errorf("write to %s: %w", topic.Watermarks, err)
	}
	h.marks.append([]byte(h.source), value, "", nil)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-h.ledger.await([]*partition{h.marks}).done:
		return nil
	}
}

func (h *herald) confirm(pt Point) {
	h.mu.Lock()
	h.confirmed.Store(&pt)
	close(h.changed)
	h.changed = make(chan struct{})
	h.mu.Unlock()
	h.observer.Marked(pt)
}

// watch gives the confirmed point and a channel that is closed when it moves.
func (h *herald) watch() (Point, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return *h.confirmed.Load(), h.changed
}

// want hurries the next watermark.
func (h *herald) want() {
	h.hurry.Store(true)
	poke(h.wanted)
}

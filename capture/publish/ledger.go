package publish

import (
	"slices"
	"sync"

	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// ledger resolves barriers in the order in which they were started, and keeps the end
// offsets that a watermark states.
type ledger struct {
	ready chan struct{} // holds one token after the first barrier in line was resolved

	mu      sync.Mutex
	line    []*barrier
	offsets []watermark.TopicOffsets // Next is shared with the partitions' slots
}

// barrier is a point and what must be acknowledged before it is published.
type barrier struct {
	point       Point
	fingerprint string
	pending     int // waits to come, plus one while the barrier is being set up
	advances    []advance
	done        chan struct{} // of a barrier outside the line: closed when resolved
}

// advance moves a partition's offset when its barrier's turn comes. Not before: an
// offset that a later barrier reached would only make the earlier watermark look late.
type advance struct {
	slot *int64
	next int64
}

func (b *barrier) apply() {
	for _, a := range b.advances {
		*a.slot = max(*a.slot, a.next)
	}
}

func newLedger() *ledger { return &ledger{ready: make(chan struct{}, 1)} }

// addTopic begins to state the offsets of a topic, replacing what the last watermark
// said of it. It gives the topic's slots.
func (l *ledger) addTopic(o watermark.TopicOffsets) []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.offsets {
		if l.offsets[i].Topic == o.Topic {
			l.offsets[i] = o
			return o.Next
		}
	}
	l.offsets = append(l.offsets, o)
	return o.Next
}

// known is what is stated of a topic so far, or nil.
func (l *ledger) known(topic string) *watermark.TopicOffsets {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.offsets {
		if l.offsets[i].Topic == topic {
			o := l.offsets[i]
			o.Next = append([]int64(nil), o.Next...)
			return &o
		}
	}
	return nil
}

// forget drops what is stated of a topic that is no more.
func (l *ledger) forget(topic string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offsets = slices.DeleteFunc(l.offsets, func(o watermark.TopicOffsets) bool { return o.Topic == topic })
}

// start puts a barrier over the partitions at the end of the line.
func (l *ledger) start(b *barrier, parts []*partition) {
	l.mu.Lock()
	l.line = append(l.line, b)
	l.mu.Unlock()
	l.enlist(b, parts)
}

// await sets up a barrier outside the line over the partitions: its done is closed when
// all that they were given is acknowledged.
func (l *ledger) await(parts []*partition) *barrier {
	b := &barrier{done: make(chan struct{})}
	l.enlist(b, parts)
	return b
}

func (l *ledger) enlist(b *barrier, parts []*partition) {
	l.mu.Lock()
	b.pending = len(parts) + 1 // acknowledgements may come before the last is enlisted
	l.mu.Unlock()
	for _, p := range parts {
		if end, done := p.enlist(b); done {
			l.resolve(b, advance{p.slot, end})
		}
	}
	l.resolve(b, advance{})
}

// resolve ends one of the barrier's waits.
func (l *ledger) resolve(b *barrier, a advance) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.slot != nil {
		b.advances = append(b.advances, a)
	}
	if b.pending--; b.pending > 0 { // rule: watermark-after-ack
		return
	}
	if b.done != nil {
		b.apply()
		close(b.done)
		return
	}
	if l.line[0] == b {
		poke(l.ready)
	}
}

// due reports whether the first barrier in line is resolved.
func (l *ledger) due() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.line) > 0 && l.line[0].pending == 0
}

// idle reports whether no barrier waits.
func (l *ledger) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.line) == 0
}

// settle takes the resolved barriers from the front of the line and gives the last of
// them with the watermark that it stands for; nil where none is resolved.
func (l *ledger) settle(source string) (*barrier, *watermark.Watermark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var last *barrier
	for len(l.line) > 0 && l.line[0].pending == 0 {
		last, l.line = l.line[0], l.line[1:]
		last.apply()
	}
	if last == nil {
		return nil, nil
	}
	w := last.point.watermark(source, last.fingerprint)
	for _, o := range l.offsets {
		o.Next = append([]int64(nil), o.Next...)
		w.Offsets = append(w.Offsets, o)
	}
	return last, w
}

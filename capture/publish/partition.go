package publish

import (
	"fmt"
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// partition gathers records of one topic-partition into batches. The source's loop
// appends; the partition's own sender takes batches out, one at a time.
type partition struct {
	topic  string
	id     int
	slot   *int64 // the ledger's offset of this partition
	limit  int    // bytes of a batch
	pool   *buffers
	budget *budget
	wake   chan struct{} // holds one token after work was added

	// touched is set by records appended since the last barrier. Of the source's loop.
	touched bool

	mu       sync.Mutex
	open     *batch
	full     []*batch // in order, before open
	flush    bool     // open is to be sent as soon as the sender is free
	usual    int      // bytes of the last batch: the next one begins with that much room
	appended uint64   // records, of this session
	acked    uint64
	end      int64 // offset behind the last acknowledged record
	waits    []wait

	// sender only
	sequence int32
}

// batch is a record batch on its way, with the count of records before it.
type batch struct {
	recordbatch.Builder
	first uint64
	taken int // bytes of the budget
}

// wait is a barrier's interest in the partition's first count records.
type wait struct {
	count   uint64
	barrier *barrier
}

func (p *partition) String() string { return fmt.Sprintf("%s/%d", p.topic, p.id) }

// append copies a record into the open batch and gives the bytes it took.
func (p *partition) append(key, value []byte, headerKey string, header []byte) int {
	bound := recordbatch.Bound(len(key), len(value), len(headerKey), len(header))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open != nil && p.open.Len()+bound > p.limit {
		p.full = append(p.full, p.open)
		p.open = nil
		poke(p.wake)
	}
	before := 0
	if p.open == nil {
		p.open = &batch{first: p.appended}
		p.open.Reset(p.pool.get(max(bound+smallest/2, p.usual)), time.Now().UnixMilli())
	} else {
		before = p.open.Len()
		p.grow(bound)
	}
	p.open.Append(p.open.Timestamp(), key, value, headerKey, header)
	p.appended++
	taken := p.open.Len() - before
	p.open.taken += taken
	return taken
}

func (p *partition) grow(bound int) {
	if p.open.Room() < bound {
		p.pool.put(p.open.Move(p.pool.get(cap(p.open.Buffer()) + max(bound, 1))))
	}
}

// hurry has the open batch sent as soon as the sender is free.
func (p *partition) hurry() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open != nil {
		p.flush = true
		poke(p.wake)
	}
}

// enlist hurries what lies open and has b wait for all that was appended. It reports
// the end offset instead where all of it is acknowledged.
func (p *partition) enlist(b *barrier) (end int64, done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.acked == p.appended {
		return p.end, true
	}
	p.waits = append(p.waits, wait{count: p.appended, barrier: b})
	if p.open != nil {
		p.flush = true
		poke(p.wake)
	}
	return 0, false
}

// take gives the next batch to send, or nil when nothing is due.
func (p *partition) take() *batch {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.full) > 0 {
		b := p.full[0]
		p.usual = b.Len()
		p.full[0] = nil
		p.full = p.full[1:]
		return b
	}
	if p.open == nil || !p.flush {
		return nil
	}
	b := p.open
	p.open, p.flush, p.usual = nil, false, b.Len()
	return b
}

// ack notes that the batch begins at offset base and gives the waits that it ends, with
// their offsets. Partitions are in order, so waits end from the front.
func (p *partition) ack(b *batch, base int64) (ended []resolved) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acked = b.first + uint64(b.Count())
	p.end = base + int64(b.Count())
	n := 0
	for ; n < len(p.waits) && p.waits[n].count <= p.acked; n++ {
		next := base + int64(p.waits[n].count) - int64(b.first)
		ended = append(ended, resolved{p.waits[n].barrier, next})
	}
	p.waits = p.waits[:copy(p.waits, p.waits[n:])]
	return ended
}

// recycle keeps the batch and its buffer for the next one; nothing may read it any more.
func (p *partition) recycle(b *batch) {
	p.pool.put(b.Buffer())
}

// resolved is a wait that ended: all that it waited for lies below next.
type resolved struct {
	barrier *barrier
	next    int64
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

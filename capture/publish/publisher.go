// Package publish writes a source's changes to Kafka: idempotently, in order per
// partition, and with a watermark after each acknowledged flush.
package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// ErrClosed is what a closed publisher answers.
var ErrClosed = errors.New("publisher is closed")

// busyBytes lying open say that the source is catching up: flushes are then four
// lingers apart, because fuller batches cost less than they delay.
const busyBytes = 128 << 10

// Publisher publishes one source. Topic, Append, Tombstone, Broadcast, Commit, Flush,
// Due and SetFingerprint belong to one goroutine, the source's loop; the rest may be
// called from any.
type Publisher struct {
	cfg     Config
	client  *kafka.Client
	session *session
	log     *slog.Logger
	ctx     context.Context // Open's: ends waits inside Append
	pool    buffers
	budget  *budget
	ledger  *ledger
	herald  *herald

	// Of the source's loop.
	fingerprint string
	topics      map[string]*Topic
	touched     []*partition // appended to since the last barrier
	open        int          // bytes appended since the last barrier
	since       time.Time    // of the first of them
	last        Point        // of the last barrier

	life   context.Context // of the senders and the herald
	end    context.CancelCauseFunc
	worker sync.WaitGroup
}

// Append copies a record into the open batch of its key's partition. It waits while
// MaxBytes are on their way. A nil value is a null value.
func (p *Publisher) Append(t *Topic, key, value []byte, h event.Header) error {
	var room [event.HeaderSize]byte
	return p.append(t.parts[topic.Partition(key, len(t.parts))], key, value, event.HeaderKey, h.Append(room[:0]))
}

// Tombstone appends a record of the key with a null value and no header.
func (p *Publisher) Tombstone(t *Topic, key []byte) error {
	return p.append(t.parts[topic.Partition(key, len(t.parts))], key, nil, "", nil)
}

// Broadcast appends a record to every partition: markers and truncates.
func (p *Publisher) Broadcast(t *Topic, key, value []byte, h event.Header) error {
	var room [event.HeaderSize]byte
	for _, part := range t.parts {
		if err := p.append(part, key, value, event.HeaderKey, h.Append(room[:0])); err != nil {
			return err
		}
	}
	return nil
}

func (p *Publisher) append(part *partition, key, value []byte, headerKey string, header []byte) error {
	taken := part.append(key, value, headerKey, header)
	if !part.touched {
		part.touched = true
		p.touched = append(p.touched, part)
		if p.since.IsZero() {
			p.since = time.Now()
		}
	}
	p.open += taken
	if p.budget.take(taken) {
		return nil
	}
	return p.press()
}

// press waits until the budget holds again. All that lies open is sent: bytes in open
// batches count too, and waiting for bytes that nobody sends would never end.
func (p *Publisher) press() error {
	for _, part := range p.touched {
		part.hurry()
	}
	for p.budget.over() {
		select {
		case <-p.budget.freed:
		case <-p.ctx.Done():
			return fmt.Errorf("append: %w", context.Cause(p.ctx))
		case <-p.life.Done():
			return p.Err()
		}
	}
	return nil
}

// Commit says that everything appended so far belongs to commits up to pt. It flushes
// when what lies open has waited for Linger.
func (p *Publisher) Commit(pt Point) error {
	if due := p.Due(); due.IsZero() || time.Now().Before(due) {
		return p.Err()
	}
	return p.Flush(pt)
}

// Flush sends all that lies open and starts the barrier of pt, without waiting. With
// nothing appended it still moves the watermark to pt.
func (p *Publisher) Flush(pt Point) error {
	if err := p.Err(); err != nil {
		return err
	}
	if pt.Signals == 0 {
		pt.Signals = p.last.Signals // a signal that is forgotten would be carried out again
	}
	if pt.Position.Before(p.last.Position) {
		return fmt.Errorf("BUG: flush at %s after one at %s", pt.Position, p.last.Position)
	}
	if len(p.touched) == 0 && pt.same(p.last) {
		return nil
	}
	p.ledger.start(&barrier{point: pt, fingerprint: p.fingerprint}, p.touched)
	for _, part := range p.touched {
		part.touched = false
	}
	p.touched, p.open, p.since, p.last = p.touched[:0], 0, time.Time{}, pt
	return nil
}

// Due is when Flush is due for what lies open; zero when nothing does.
func (p *Publisher) Due() time.Time {
	switch {
	case p.since.IsZero():
		return time.Time{}
	case p.open > busyBytes:
		return p.since.Add(4 * p.cfg.Linger)
	}
	return p.since.Add(p.cfg.Linger)
}

// SetFingerprint changes what the watermarks from the next Flush on say of what is
// captured. It may change only at a commit boundary.
func (p *Publisher) SetFingerprint(f string) { p.fingerprint = f }

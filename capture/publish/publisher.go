// Package publish writes a source's changes to Kafka: idempotently, in order per
// partition, and with a watermark after each acknowledged flush.
package publish

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

var errTodo = errors.New("publish: not written yet")

// Publisher publishes one source. Append, Tombstone, Broadcast, Commit, Flush, Due and
// Topic belong to one goroutine, the source's loop; the rest may be called from any.
type Publisher struct{}

// Topic is an open topic of the publisher.
type Topic struct{}

// Open begins a producer session, which fences an older capture of the same source, and
// loads the source's last watermark; that is nil at the first start. ctx bounds the
// opening, and afterwards every wait inside Append; what is appended is sent on
// until Close.
func Open(ctx context.Context, cfg Config) (*Publisher, *watermark.Watermark, error) {
	return nil, nil, errTodo
}

// Topic makes sure that the topic exists and is the one that the last watermark knows,
// creating it with its markers where it is new.
func (p *Publisher) Topic(ctx context.Context, name string) (*Topic, error) { return nil, errTodo }

// New reports whether this publisher created the topic, so that it holds nothing yet.
func (t *Topic) New() bool { return false }

// Incarnation is the random id that the topic got when it was created.
func (t *Topic) Incarnation() string { return "" }

// Append copies a record into the open batch of its key's partition. It waits while
// MaxBytes are on their way. A nil value is a null value.
func (p *Publisher) Append(t *Topic, key, value []byte, h event.Header) error { return errTodo }

// Tombstone appends a record of the key with a null value and no header.
func (p *Publisher) Tombstone(t *Topic, key []byte) error { return errTodo }

// Broadcast appends a record to every partition: markers and truncates.
func (p *Publisher) Broadcast(t *Topic, key, value []byte, h event.Header) error { return errTodo }

// Commit says that everything appended so far belongs to commits up to pt. It flushes
// when enough lies open or the oldest of it has waited for Linger.
func (p *Publisher) Commit(pt Point) error { return errTodo }

// Flush sends all that lies open and starts the barrier of pt, without waiting. With
// nothing appended it still moves the watermark to pt.
func (p *Publisher) Flush(pt Point) error { return errTodo }

// Due is when Flush is due for what lies open; zero when nothing does.
func (p *Publisher) Due() time.Time { return time.Time{} }

// Confirmed is the last point whose every record and watermark is acknowledged.
func (p *Publisher) Confirmed() Point { return Point{} }

// Wait returns once Confirmed has reached pt's position. It hurries the watermark.
func (p *Publisher) Wait(ctx context.Context, pt Point) error { return errTodo }

// Err is the error that ended the publisher, or nil while it works.
func (p *Publisher) Err() error { return errTodo }

// Done is closed when the publisher has failed or was closed.
func (p *Publisher) Done() <-chan struct{} { return nil }

// Close waits until what was flushed is acknowledged, or ctx ends, and frees everything.
func (p *Publisher) Close(ctx context.Context) error { return errTodo }

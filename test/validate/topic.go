package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/cespare/xxhash/v2"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Names of the validators of topics.
const (
	topicOrder = "a topic has changes in order, and again only as they came"
	topicChain = "a chained before image is the after image before it"
	topicTomb  = "a tombstone stands behind the delete of its key"
)

// gone stands for the image of a key that was deleted.
const gone = 1

// topicReading is one pass over a topic.
type topicReading struct {
	tallies
	lanes   map[int32]*lane
	windows map[string]*window // by snapshot
	again   int                // changes that were sent again
}

// lane is what is known of one partition.
type lane struct {
	history history
	deleted []byte            // key of the delete that came last
	images  map[uint64]uint64 // hash of the newest image by hash of the key
	high    position.Position // of its changes
}

// window is a snapshot of the table as its marks show it.
type window struct {
	begun map[int32]bool
	after position.Position // of the newest change before it
	upto  position.Position // of its newest row
	end   position.Position
	ended bool
}

// envelope is what a record's value is looked at for.
type envelope struct {
	Before    json.RawMessage `json:"before"`
	After     json.RawMessage `json:"after"`
	Unchanged []string        `json:"unchanged"`
}

// readTopicOf reads the table's topic and notes what breaks a promise.
func readTopicOf(ctx context.Context, brokers []string, c *contract.Contract) (*topicReading, error) {
	r := newReading(c)
	return r, readTopic(ctx, brokers, c.Topic(), r.take)
}

func newReading(c *contract.Contract) *topicReading {
	return &topicReading{tallies: tallies{table: c.Target.String()}, lanes: map[int32]*lane{}, windows: map[string]*window{}}
}

func (r *topicReading) lane(partition int32) *lane {
	l := r.lanes[partition]
	if l == nil {
		l = &lane{images: map[uint64]uint64{}}
		r.lanes[partition] = l
	}
	return l
}

// take looks at the next record. What capture did not write is no concern of these
// validators: the sink makes dead letters of it.
func (r *topicReading) take(rec *kgo.Record) {
	h, ok := headerOf(rec)
	l := r.lane(rec.Partition)
	before := l.deleted
	l.deleted = nil
	switch {
	case !ok && rec.Value == nil && rec.Key != nil:
		if !bytes.Equal(before, rec.Key) {
			r.broken(topicTomb, fmt.Sprintf("%s/%d@%d %s", rec.Topic, rec.Partition, rec.Offset, rec.Key))
		}
	case !ok, h.Flags&event.Repair != 0:
	case h.Op == event.Marking:
		r.mark(l, rec, &h)
	default:
		r.change(l, rec, &h)
	}
}

func headerOf(rec *kgo.Record) (h event.Header, ok bool) {
	if len(rec.Headers) != 1 || rec.Headers[0].Key != event.HeaderKey {
		return h, false
	}
	h, err := event.ParseHeader(rec.Headers[0].Value)
	return h, err == nil
}

func (r *topicReading) change(l *lane, rec *kgo.Record, h *event.Header) {
	var e envelope
	if err := json.Unmarshal(rec.Value, &e); err != nil {
		return // nobody's record, or a dead letter
	}
	if h.Op == event.Delete {
		l.deleted = rec.Key
	}
	if h.Op == event.Read {
		r.row(l, rec, h, &e)
		return
	}
	s := sent{version: h.Version, id: xxhash.Sum64(append([]byte{byte(h.Op)}, rec.Key...))}
	if h.Flags.Chained() {
		s.images = xxhash.Sum64(append(append([]byte{'i'}, e.Before...), e.After...))
	}
	again, broken := l.history.take(s)
	if broken != "" {
		r.broken(topicOrder, fmt.Sprintf("%s/%d@%d %s: %s", rec.Topic, rec.Partition, rec.Offset, rec.Key, broken))
	}
	if again {
		r.again++
		return
	}
	l.high = later(l.high, h.Version)
	r.chain(l, rec, h, &e)
}

// chain holds a change's before image against what the key's last record left.
func (r *topicReading) chain(l *lane, rec *kgo.Record, h *event.Header, e *envelope) {
	if h.Op == event.Truncate {
		clear(l.images)
		return
	}
	key := xxhash.Sum64(rec.Key)
	if left, known := l.images[key]; known && h.Flags.Chained() && left != imageOf(e.Before) {
		r.broken(topicChain, fmt.Sprintf("%s/%d@%d %s at %s", rec.Topic, rec.Partition, rec.Offset, rec.Key, h.Version))
	}
	l.leave(key, h, e)
}

// leave notes what a record leaves of its key, where it is exact.
func (l *lane) leave(key uint64, h *event.Header, e *envelope) {
	if h.Op == event.Delete || h.Flags.Chained() && len(e.Unchanged) == 0 {
		l.images[key] = imageOf(e.After)
		return
	}
	delete(l.images, key)
}

// imageOf hashes an image; that of no row is gone.
func imageOf(image json.RawMessage) uint64 {
	if len(image) == 0 || string(image) == "null" {
		return gone
	}
	return max(xxhash.Sum64(image), gone+1)
}

// row takes a row of a snapshot.
func (r *topicReading) row(l *lane, rec *kgo.Record, h *event.Header, e *envelope) {
	for _, w := range r.windows {
		if !w.ended && w.upto.Before(h.Version) {
			w.upto = h.Version
		}
	}
	l.leave(xxhash.Sum64(rec.Key), h, e)
}

// mark takes a marker. Every partition has its own, and again after a restart.
func (r *topicReading) mark(l *lane, rec *kgo.Record, h *event.Header) {
	m, err := event.ParseMarker(rec.Value)
	if err != nil {
		return
	}
	w := r.windows[m.Snapshot]
	switch {
	case m.Kind == event.SnapshotBegin:
		if w == nil {
			w = &window{begun: map[int32]bool{}}
			r.windows[m.Snapshot] = w
		}
		if !w.begun[rec.Partition] {
			w.begun[rec.Partition], w.after = true, later(w.after, l.high)
			clear(l.images) // what a snapshot contains is not sent as changes
		}
		w.upto = later(w.upto, h.Version)
	case m.Kind == event.SnapshotEnd && w != nil:
		w.ended, w.end = true, later(w.end, h.Version)
	}
}

func later(a, b position.Position) position.Position {
	if a.Before(b) {
		return b
	}
	return a
}

package batch

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// route sends a record where its header says. It gives a Retract when the record must
// be a range of its own.
func (c *Collector) route(rec *consume.Record) (*Retract, error) {
	raw, ok := rec.Header(event.HeaderKey)
	if !ok && rec.Value == nil {
		c.open.Tombstones++
		return nil, nil
	}
	h, err := event.ParseHeader(raw)
	if err != nil {
		c.open.Unread++
		c.dead(rec, h, deadletter.ReasonHeader, err.Error())
		return nil, nil
	}
	switch {
	case h.Op == event.Marking:
		c.open.Markers++
		return c.marker(rec, h)
	case h.Version.IsZero():
		return nil, ErrVersion
	case c.duplicate(h):
		c.open.Duplicates++
		return nil, nil
	case h.Op == event.Truncate:
		c.open.Markers++
		c.state.HighWater, c.state.Floor = h.Version, h.Version
		return &Retract{Header: h}, nil
	case rec.Value == nil:
		c.open.Tombstones++
		return nil, nil
	}
	return nil, c.event(rec, h)
}

// alone reports whether a record may have to be a range of its own.
func alone(rec *consume.Record) bool {
	raw, ok := rec.Header(event.HeaderKey)
	if !ok || len(raw) != event.HeaderSize {
		return false
	}
	switch event.Op(raw[1]) {
	case event.Truncate:
		return true
	case event.Marking:
		m, err := event.ParseMarker(rec.Value)
		return err == nil && m.Kind == event.SnapshotEnd
	}
	return false
}

// duplicate reports whether the change was seen: capture sends again what was not
// acknowledged before a restart. All rows of one snapshot read share a version.
func (c *Collector) duplicate(h event.Header) bool {
	order := h.Version.Compare(c.state.HighWater)
	if h.Flags.Repair() && h.Op != event.Truncate {
		return false // rule: repair-passes: it is meant to come after newer ones
	}
	return order < 0 || order == 0 && h.Op != event.Read // rule: drop-by-position
}

// chained reports whether the record's own before image is what raw holds. torn: the
// key has an unresolved dead letter.
func (c *Collector) chained(torn bool, h event.Header) bool {
	w := c.state.Window
	if c.Doubt {
		return false
	}
	if torn || h.Flags.Repair() || w.Open() && !w.Chained || !c.state.Gap.IsZero() {
		return false // rule: torn-look-up, window-look-up, repair-look-up
	}
	if h.Op == event.Read { // outside a first snapshot raw may hold the key
		return w.Open()
	}
	return h.Flags.Chained()
}

// torn gives the version below which no unchanged column of the key may be taken, and
// whether the key has dead letters. Behind a gap every key may have lost a record.
func (c *Collector) torn(key []byte, version position.Position) (position.Position, bool) {
	torn, any := c.Keys.Torn(key, version)
	if gap := c.state.Gap; !gap.IsZero() && !gap.Before(torn) {
		torn = gap
		if torn.Ordinal++; torn.Ordinal > position.MaxOrdinal {
			torn.Commit, torn.Ordinal = torn.Commit+1, 0
		}
	}
	return torn, any
}

func (c *Collector) marker(rec *consume.Record, h event.Header) (*Retract, error) {
	m, err := event.ParseMarker(rec.Value)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMarker, err)
	}
	switch m.Kind {
	case event.TopicOpened:
		return nil, c.opened(m, rec.Offset)
	case event.SnapshotBegin:
		c.state.Window = begun(c.state, m, h)
		return nil, nil
	case event.SnapshotEnd:
		return c.ended(m, h), nil
	}
	return nil, fmt.Errorf("%w: kind %q", ErrMarker, m.Kind)
}

func (c *Collector) opened(m event.Marker, offset int64) error {
	switch c.state.Incarnation {
	case "":
		c.state.Incarnation, c.state.Opened = m.Incarnation, offset
	case m.Incarnation: // capture was not sure that it had written it
	default:
		return fmt.Errorf("%w: %q, applied was %q", ErrIncarnation, m.Incarnation, c.state.Incarnation)
	}
	return nil
}

// begun is the window after a begin marker. "Initial" is believed only while nothing of
// the partition was applied: a snapshot that was broken off and is sent again has the
// same keys a second time, which only a look-up finds.
func begun(s ledger.State, m event.Marker, h event.Header) ledger.Window {
	first := s.HighWater.IsZero()
	w := ledger.Window{Snapshot: named(m), Begin: h.Version, Initial: m.Initial && first, Chained: m.Initial && m.Exact && first}
	if s.Window.Snapshot == w.Snapshot && !first { // the begin marker again
		w.Begin, w.Initial = s.Window.Begin, s.Window.Initial
	}
	return w
}

// named gives a snapshot without an id one, because an empty id means no window.
func named(m event.Marker) string {
	if m.Snapshot == "" {
		return "unnamed"
	}
	return m.Snapshot
}

// ended closes the window. Unless the table was empty before, what is live, older than
// the window's begin and was not seen since is gone in the source. rule: sweep.
func (c *Collector) ended(m event.Marker, h event.Header) *Retract {
	w := c.state.Window
	if !w.Open() || w.Snapshot != named(m) {
		return nil
	}
	c.state.Window, c.state.Gap = ledger.Window{}, position.Position{}
	if w.Initial || w.Begin == (position.Position{}) {
		return nil
	}
	if c.state.Floor.Before(w.Begin) {
		c.state.Floor = w.Begin
	}
	if h.Version.Before(w.Begin) {
		h.Version = w.Begin // above all that it takes back
	}
	return &Retract{Header: h, Older: w.Begin}
}

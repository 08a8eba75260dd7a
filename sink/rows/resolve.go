package rows

import (
	"context"
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// state is what raw, with the batch so far, holds of a key.
type state struct {
	known, live bool
	version     position.Position
	// cols and row are where the live image is.
	cols []column.Column
	row  int
	// buried is the version of the newest delete that found nothing to take back, because
	// what it deletes lies among the dead letters.
	buried position.Position
}

var errNoImage = errors.New("an unchanged column is not in the record, and what raw holds of the key is not its last image")

// Resolve completes the waiting records from what raw holds. The rejects are dead
// letters. After another error nothing may be sent; Resolve can be called again.
func (b *Builder) Resolve(ctx context.Context, l Lookup) ([]*Reject, error) {
	if b.counts.Open == 0 {
		return nil, nil
	}
	h := b.held
	for i := range h.keys {
		h.keys[i].state, h.keys[i].net, h.keys[i].counted = state{}, nil, false
	}
	b.fromTrail()
	if err := b.fromRaw(ctx, l); err != nil {
		return nil, err
	}
	if err := b.fromNet(ctx, l); err != nil {
		return nil, err
	}
	if err := b.fromBuried(ctx, l); err != nil {
		return nil, err
	}
	var rejects []*Reject
	for i := range h.records {
		if f := b.settle(&h.records[i]); f != nil {
			b.counts.Rejected++
			h.tear(h.keys[h.records[i].key].hash, h.records[i].header.Version)
			rejects = append(rejects, f.reject(h.records[i].offset))
		}
		b.counts.Open--
	}
	h.records = h.records[:0]
	return rejects, nil
}

// fromTrail gives each held key the last row that the batch itself wrote of it. All of
// them were written before the key's first held record, because from that one on every
// record of the key is held. rule: look-up-in-batch.
func (b *Builder) fromTrail() {
	h := b.held
	for i := range b.trail.steps {
		s := &b.trail.steps[i]
		head, ok := h.index[s.hash]
		if !ok {
			continue
		}
		for k := head; k >= 0; k = h.keys[k].next {
			if string(h.keyBytes[h.keys[k].from:h.keys[k].to]) == string(b.trail.key(i)) {
				h.keys[k].state = b.written(s.row)
			}
		}
	}
}

// written is the state of a key whose newest row is row of this batch.
func (b *Builder) written(row int) state {
	return state{known: true, live: b.meta.sign[row] > 0, version: versionAt(b.meta.version, row), cols: b.cols, row: row}
}

// fromRaw asks raw about the keys that the batch has not written.
func (b *Builder) fromRaw(ctx context.Context, l Lookup) error {
	h := b.held
	byValue, err := h.unknown()
	if err != nil || len(byValue) == 0 {
		return err
	}
	for k := range h.keys {
		h.keys[k].counted = !h.keys[k].known // what the batch wrote itself is not among what raw adds up to
	}
	for _, c := range h.found {
		c.Reset()
	}
	return l.Newest(ctx, Question{Place: b.place, Below: b.first, Keys: &h.ask}, func(m *Images) error {
		for i := range m.Len() {
			k, ok := byValue[string(h.keyValue(m.cols, h.layout.contract.Key, i))]
			if !ok {
				return fmt.Errorf("look up %s: raw gave a key that was not asked for", h.layout.contract.Name())
			}
			h.keys[k].state = state{known: true, live: m.Live(i), version: m.Version(i), cols: h.found, row: h.found[0].Rows()}
			for c := range h.found {
				h.found[c].AppendFrom(m.cols[c], i)
			}
		}
		return nil
	})
}

// unknown collects the keys without a state in ask and gives their indexes by value.
func (h *held) unknown() (map[string]int, error) {
	for _, c := range h.ask.cols {
		c.Reset()
	}
	byValue := map[string]int{}
	for k := range h.keys {
		if h.keys[k].known {
			continue
		}
		for c := range h.ask.cols {
			h.ask.cols[c].AppendFrom(h.keyCols[c], k)
		}
		value := string(h.keyValue(h.keyCols, nil, k))
		if _, twice := byValue[value]; twice {
			// The contract's key is then not the table's: their rows would net out each other.
			return nil, fmt.Errorf("%s: records with different keys have the same %s", h.layout.contract.Name(), keyNames(h.layout.contract))
		}
		byValue[value] = k
	}
	return byValue, nil
}

// keyValue joins the key's values of row i; at are the key columns' places in cols, nil
// for cols that are the key columns.
func (h *held) keyValue(cols []column.Column, at []int, i int) []byte {
	h.scratch = h.scratch[:0]
	for k := range h.keyCols {
		c := k
		if at != nil {
			c = at[k]
		}
		h.scratch = cols[c].AppendValue(h.scratch, i)
	}
	return h.scratch
}

// settle writes the rows of a held record, now that the key's state is known.
func (b *Builder) settle(r *heldRecord) *fault {
	h := b.held
	s := &h.keys[r.key].state
	if r.restates(s) {
		b.restate(r, s)
		return nil
	}
	switch {
	case s.known && r.header.Version.Compare(s.version) <= 0, r.late(s): // rule: stale-no-op
		b.counts.Stale++
		b.settled(r, false)
		return nil
	case r.row < 0 && (r.header.Op == event.Update || !s.live):
		b.counts.Void++
		b.bury(r)
		b.settled(r, false)
		return nil
	case r.lentTo > r.lentFrom && !h.lends(r, s):
		return &fault{class: Toast, column: h.layout.contract.Columns[h.lent[r.lentFrom]].Name, err: errNoImage}
	}
	live := s.live
	if live {
		b.copyRow(s.cols, s.row)
		b.meta.add(-1, &r.header, r.offset)
	}
	if r.row >= 0 {
		b.plus(r, s)
	}
	b.counts.wrote(live, r.row >= 0)
	*s = b.written(b.meta.rows() - 1)
	h.keys[r.key].counted = false
	b.settled(r, true)
	return nil
}

// lends reports whether the image that raw holds has the unchanged columns as they were
// just before r: it is alive, and no dead letter lies between the two.
func (h *held) lends(r *heldRecord, s *state) bool {
	return s.live && !s.version.Before(r.torn) && !s.version.Before(h.torn[h.keys[r.key].hash])
}

// plus writes the +1 row of a held record; its unchanged columns come from the image
// that it replaces.
func (b *Builder) plus(r *heldRecord, s *state) {
	b.copyRow(b.held.cols, r.row)
	n := b.meta.rows()
	for _, c := range b.held.lent[r.lentFrom:r.lentTo] {
		b.cols[c].Truncate(n)
		b.cols[c].AppendFrom(s.cols[c], s.row)
	}
	b.meta.add(+1, &r.header, r.offset)
}

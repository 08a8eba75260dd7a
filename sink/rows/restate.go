package rows

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// fromNet asks what raw's rows of the keys leave when they are added up: normally the newest image
// once, or nothing. Only a restatement needs it.
func (b *Builder) fromNet(ctx context.Context, l Lookup) error {
	h := b.held
	if !h.restates {
		return nil
	}
	for _, c := range h.netted {
		c.Reset()
	}
	for _, c := range h.ask.cols {
		c.Reset()
	}
	byValue := map[string]int{}
	for k := range h.keys {
		if !h.keys[k].counted {
			continue
		}
		for c := range h.ask.cols {
			h.ask.cols[c].AppendFrom(h.keyCols[c], k)
		}
		byValue[string(h.keyValue(h.keyCols, nil, k))] = k
	}
	if len(byValue) == 0 {
		return nil
	}
	return l.Newest(ctx, Question{Place: b.place, Below: b.first, Keys: &h.ask, Net: true}, func(m *Images) error {
		for i := range m.Len() {
			k, ok := byValue[string(h.keyValue(m.cols, h.layout.contract.Key, i))]
			if !ok {
				return fmt.Errorf("look up %s: raw gave a key that was not asked for", h.layout.contract.Name())
			}
			h.keys[k].net = append(h.keys[k].net, netted{row: h.netted[0].Rows(), sum: m.sign[i], version: m.Version(i)})
			for c := range h.netted {
				h.netted[c].AppendFrom(m.cols[c], i)
			}
		}
		return nil
	})
}

// restates reports whether a record says anew what the key holds. What raw holds may carry its
// position already: then it was said before, and saying it again does no harm.
func (r *heldRecord) restates(s *state) bool {
	return r.header.Flags.Restate() && !(s.known && r.header.Version.Before(s.version)) && !r.late(s)
}

// restate takes back all that raw holds of the key and writes what the source holds. Where that is
// nothing a row of sign 0 says so: it adds nothing to any sum, and the current state loses the key.
func (b *Builder) restate(r *heldRecord, s *state) {
	h := b.held
	k := &h.keys[r.key]
	from := b.meta.rows()
	switch {
	case k.counted:
		for _, n := range k.net {
			b.take(r, n, s)
		}
	case s.live:
		b.copyRow(s.cols, s.row)
		b.meta.add(-1, &r.header, r.offset)
	}
	b.counts.Retracted += b.meta.rows() - from
	if r.header.Op == event.Delete {
		b.absent(r)
		b.counts.Deleted++
	} else {
		b.plus(r, s)
		b.counts.Inserted++
	}
	*s = b.written(b.meta.rows() - 1)
	k.counted = false
	b.settled(r, true)
}

// take writes an image as often as it is left over, or lacking. The newest image was alive until
// now; all else was wrong from the version on at which it stands, and is put right there, so that
// the key's newest row is the one that says what the source holds, and the past is mended too.
func (b *Builder) take(r *heldRecord, n netted, s *state) {
	sign, times, there := int8(-1), int(n.sum), r.header
	there.Version = n.version
	if times < 0 {
		sign, times = 1, -times
	}
	for i := range times {
		h := &there
		if i == 0 && sign < 0 && s.live && n.version == s.version {
			h = &r.header
		}
		b.copyRow(b.held.netted, n.row)
		b.meta.add(sign, h, r.offset)
	}
}

// absent writes the row of sign 0: the key, and nothing else.
func (b *Builder) absent(r *heldRecord) {
	n := b.meta.rows()
	for i, c := range b.layout.contract.Key {
		b.cols[c].AppendFrom(b.held.keyCols[i], r.key)
	}
	for _, c := range b.cols {
		if c.Rows() == n {
			c.AppendDefault()
		}
	}
	b.meta.add(0, &r.header, r.offset)
}

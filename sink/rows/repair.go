package rows

import (
	"context"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Repair is a record of the batch that was sent again on purpose and made no dead letter.
type Repair struct {
	// Key is the record's key, valid until the builder changes.
	Key     []byte
	Version position.Position
	Offset  int64
	// Applied is false where a later change of the key had made it void.
	Applied bool
}

// Buried is a delete of a key that raw does not hold because what it deletes lies among
// the dead letters. It leaves no row, so it has to be remembered: a letter that is sent
// again later would bring back what is gone.
type Buried struct {
	// Key is the record's key, valid until the builder changes.
	Key     []byte
	Version position.Position
	Offset  int64
}

// Repairs are the repairs that Resolve has settled.
func (b *Builder) Repairs() []Repair { return b.repairs }

// Buried are the deletes that Resolve found nothing for.
func (b *Builder) Buried() []Buried { return b.buried }

// BuriedQuestion asks for keys as they stand in the records.
type BuriedQuestion struct {
	Place
	Below int64
	Keys  [][]byte
}

// fromBuried asks which of the keys have a delete that left no row.
func (b *Builder) fromBuried(ctx context.Context, l Lookup) error {
	h := b.held
	if !h.repairs {
		return nil
	}
	index := map[string]int{}
	q := BuriedQuestion{Place: b.place, Below: b.first}
	for k := range h.keys {
		key := h.keyBytes[h.keys[k].from:h.keys[k].to]
		index[string(key)] = k
		q.Keys = append(q.Keys, key)
	}
	return l.Buried(ctx, q, func(key []byte, version position.Position) {
		if k, ok := index[string(key)]; ok && h.keys[k].buried.Before(version) {
			h.keys[k].buried = version
		}
	})
}

// late reports whether a repair comes after what has taken its row for good, without
// leaving a trace in raw.
func (r *heldRecord) late(s *state) bool {
	return r.header.Flags.Repair() && (r.header.Version.Before(r.floor) || r.header.Version.Before(s.buried))
}

// bury remembers a delete without a row of a key that has dead letters. rule: buried-delete.
func (b *Builder) bury(r *heldRecord) {
	k := &b.held.keys[r.key]
	if r.header.Op != event.Delete {
		return
	}
	if k.buried.Before(r.header.Version) {
		k.buried = r.header.Version
	}
	if r.torn.IsZero() && b.held.torn[k.hash].IsZero() {
		return
	}
	b.buried = append(b.buried, Buried{Key: b.held.keyBytes[k.from:k.to], Version: r.header.Version, Offset: r.offset})
}

// settled notes what became of a repair.
func (b *Builder) settled(r *heldRecord, applied bool) {
	if !r.header.Flags.Repair() {
		return
	}
	k := &b.held.keys[r.key]
	b.repairs = append(b.repairs, Repair{Key: b.held.keyBytes[k.from:k.to], Version: r.header.Version, Offset: r.offset, Applied: applied})
}

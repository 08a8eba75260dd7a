package rows

import (
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// held are the records of a batch that wait for Resolve, with their after images
// decoded, so that what is wrong with a record shows when it is added.
type held struct {
	layout  *layout
	cols    []column.Column
	rows    int
	records []heldRecord
	lent    []int

	keys     []heldKey
	keyCols  []column.Column
	keyBytes []byte
	index    map[uint64]int
	scratch  []byte
	// torn holds the version of the newest rejected record by the hash of its key.
	torn map[uint64]position.Position

	// repairs is set when one of the records is a repair, restates when one is a restatement.
	repairs, restates bool

	// ask and found are what a look-up is asked and what it gave.
	ask   Keys
	found []column.Column
	// netted are the images that the keys' rows in raw leave when they are added up.
	netted []column.Column
}

type heldRecord struct {
	offset int64
	header event.Header
	torn   position.Position
	floor  position.Position
	key    int
	// row is the after image's row in cols, -1 when there is none.
	row int
	// lentFrom and lentTo bound its unchanged columns in lent.
	lentFrom, lentTo int
}

// heldKey is a key of which a record is held.
type heldKey struct {
	hash     uint64
	from, to int
	// next is another key with the same hash, -1 at the end.
	next int
	state
	// net are rows of netted with the sums of their signs. counted is set while they are all that
	// there is of the key.
	net     []netted
	counted bool
}

type netted struct {
	row     int
	sum     int8
	version position.Position // of the image's newest row
}

// broken stands in the index for keys that are not held but not to be believed either.
const broken = -1

func newHeld(l *layout) (h *held, err error) {
	h = &held{layout: l, index: map[uint64]int{}, torn: map[uint64]position.Position{}}
	if h.cols, err = l.columns(); err != nil {
		return nil, err
	}
	if h.found, err = l.columns(); err != nil {
		return nil, err
	}
	if h.netted, err = l.columns(); err != nil {
		return nil, err
	}
	if h.ask.cols, err = l.keyColumns(); err != nil {
		return nil, err
	}
	h.keyCols, err = l.keyColumns()
	return h, err
}

func (h *held) reset() {
	for _, c := range h.cols {
		c.Reset()
	}
	for _, c := range h.keyCols {
		c.Reset()
	}
	clear(h.index)
	clear(h.torn)
	h.records, h.lent, h.keys, h.keyBytes, h.rows = h.records[:0], h.lent[:0], h.keys[:0], h.keyBytes[:0], 0
	h.repairs, h.restates = false, false
}

// knows reports whether the chain of a key with this hash was broken within the batch.
// Another key with the same hash is resolved needlessly, which is right too.
func (h *held) knows(hash uint64) bool {
	if len(h.index) == 0 {
		return false
	}
	_, ok := h.index[hash]
	return ok
}

// tear notes that a record of the key was refused.
func (h *held) tear(hash uint64, version position.Position) {
	if h.torn[hash].Before(version) {
		h.torn[hash] = version
	}
	if _, ok := h.index[hash]; !ok {
		h.index[hash] = broken
	}
}

// hold keeps a record for Resolve.
func (b *Builder) hold(r *Record, hash uint64, env *wire.Envelope) *fault {
	h := b.held
	key, f := h.keyOf(r.Key, hash)
	if f != nil {
		return f
	}
	rec := heldRecord{offset: r.Offset, header: r.Header, torn: r.Torn, floor: r.Floor, key: key, row: -1, lentFrom: len(h.lent), lentTo: len(h.lent)}
	if r.Header.Op != event.Delete && !env.After.IsNull() {
		lent, f := h.layout.image(h.cols, h.rows, env.After, env.Unchanged)
		if f != nil {
			return f
		}
		lent = h.ownBefore(lent, env.Before)
		rec.row = h.rows
		h.rows++
		h.lent = append(h.lent, lent...)
		rec.lentTo = len(h.lent)
	}
	h.records = append(h.records, rec)
	h.repairs = h.repairs || r.Header.Flags.Repair()
	h.restates = h.restates || r.Header.Flags.Restate()
	b.counts.Open++
	return nil
}

// ownBefore fills unchanged columns from the record's own before image, as far as that
// holds them, and gives those that are left.
func (h *held) ownBefore(lent []int, before wire.Token) []int {
	if len(lent) == 0 || before.Kind != wire.Object {
		return lent
	}
	for it := before.Object(); it.Next(); {
		for i, c := range lent {
			if h.layout.contract.Columns[c].Name != string(it.Key) {
				continue
			}
			h.cols[c].Truncate(h.rows)
			if h.cols[c].Append(it.Value) != nil {
				h.cols[c].AppendDefault()
				break
			}
			lent = append(lent[:i], lent[i+1:]...)
			break
		}
	}
	return lent
}

// keyOf finds or enters a key; its values are decoded for the look-up.
func (h *held) keyOf(key []byte, hash uint64) (int, *fault) {
	head, ok := h.index[hash]
	if !ok {
		head = broken
	}
	for i := head; i >= 0; i = h.keys[i].next {
		if string(h.keyBytes[h.keys[i].from:h.keys[i].to]) == string(key) {
			return i, nil
		}
	}
	if f := h.layout.key(h.keyCols, len(h.keys), key); f != nil {
		return 0, f
	}
	from := len(h.keyBytes)
	h.keyBytes = append(h.keyBytes, key...)
	h.keys = append(h.keys, heldKey{hash: hash, from: from, to: len(h.keyBytes), next: head})
	h.index[hash] = len(h.keys) - 1
	return len(h.keys) - 1, nil
}

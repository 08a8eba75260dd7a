package column

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/cespare/xxhash/v2"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// dictionary is a LowCardinality(String) or LowCardinality(Nullable(String)) column.
// Values are interned as they come through a hash table of its own, because a Go map
// would copy each new string to the heap in each batch.
type dictionary struct {
	parse   textOf
	null    bool // entry 0 stands for NULL
	scratch []byte
	// slots holds entry numbers + 1 by hash, open addressing; its length is a power of two.
	slots []uint32
	// first is the row that brought each entry, -1 for NULL's.
	first []int
	lowCardinality
}

const firstSlots = 64

func newDictionary(parse textOf, null bool) *dictionary {
	c := &dictionary{parse: parse, null: null, slots: make([]uint32, firstSlots)}
	c.lowCardinality.nullable = null
	c.seed()
	return c
}

// seed writes the entry of NULL.
func (c *dictionary) seed() {
	if c.null {
		c.entries.AppendBytes(nil)
		c.first = append(c.first, -1)
	}
}

func (c *dictionary) Append(tok wire.Token) error {
	if tok.IsNull() && c.null {
		c.keys = append(c.keys, 0)
		return nil
	}
	text, v := c.parse(c.scratch[:0], tok)
	c.scratch = text[:0]
	if v != fine {
		return v.refuse(string(c.Type()), tok)
	}
	c.keys = append(c.keys, c.intern(text))
	return nil
}

func (c *dictionary) AppendDefault() {
	if c.null {
		c.keys = append(c.keys, 0)
		return
	}
	c.keys = append(c.keys, c.intern(nil))
}

func (c *dictionary) AppendFrom(src Column, i int) {
	from := src.(*dictionary)
	key := from.keys[i]
	if from != c && !(c.null && key == 0) {
		key = c.intern(from.entries.RowBytes(int(key)))
	}
	c.keys = append(c.keys, key)
}

func (c *dictionary) AppendValue(dst []byte, i int) []byte {
	return appendText(dst, c.entries.RowBytes(int(c.keys[i])))
}

// intern gives the entry of text, new or old.
func (c *dictionary) intern(text []byte) uint32 {
	mask := uint64(len(c.slots) - 1)
	for h := xxhash.Sum64(text); ; h++ {
		slot := &c.slots[h&mask]
		if *slot == 0 {
			entry := uint32(c.entries.Rows())
			c.entries.AppendBytes(text)
			c.first = append(c.first, len(c.keys))
			*slot = entry + 1
			if int(entry)*2 > len(c.slots) {
				c.grow()
			}
			return entry
		}
		if string(c.entries.RowBytes(int(*slot-1))) == string(text) {
			return *slot - 1
		}
	}
}

// grow doubles the table and enters everything again.
func (c *dictionary) grow() {
	c.slots = make([]uint32, 2*len(c.slots))
	mask := uint64(len(c.slots) - 1)
	for entry := int(oneIf(c.null)); entry < c.entries.Rows(); entry++ {
		h := xxhash.Sum64(c.entries.RowBytes(entry))
		for c.slots[h&mask] != 0 {
			h++
		}
		c.slots[h&mask] = uint32(entry) + 1
	}
}

// Truncate also forgets the entries that only the dropped rows used, so that the block
// is the same as if they had never been there.
func (c *dictionary) Truncate(n int) {
	c.keys = c.keys[:n]
	last := len(c.first) - 1
	for ; last >= 0 && c.first[last] >= n; last-- {
		c.forget(last)
	}
	c.first = c.first[:last+1]
	c.entries.Pos = c.entries.Pos[:last+1]
	c.entries.Buf = c.entries.Buf[:c.end(last)]
}

// forget frees the slot of the newest entry. Nothing was entered after it, so no search
// for another entry leads across its slot.
func (c *dictionary) forget(entry int) {
	mask := uint64(len(c.slots) - 1)
	h := xxhash.Sum64(c.entries.RowBytes(entry))
	for c.slots[h&mask] != uint32(entry)+1 {
		h++
	}
	c.slots[h&mask] = 0
}

// end is where the text of an entry ends.
func (c *dictionary) end(entry int) int {
	if entry < 0 {
		return 0
	}
	return c.entries.Pos[entry].End
}

func (c *dictionary) Reset() {
	c.lowCardinality.Reset()
	clear(c.slots)
	c.first = c.first[:0]
	c.seed()
}

func (c *dictionary) Bytes() int         { return len(c.entries.Buf) + 2*len(c.keys) }
func (c *dictionary) Data() proto.Column { return &c.lowCardinality }

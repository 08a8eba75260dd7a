package sink

import "fmt"

// Row is one signed row: key, version, sign, value and offset in one number, so that a
// state stays small. The zero Row is none.
type Row uint16

// row packs one. Keys are 1 to 3, versions, values and offsets below 16.
func row(key, version, value, offset int8, minus bool) Row {
	r := 1<<15 | Row(offset)<<11 | Row(key)<<9 | Row(version)<<5 | Row(value)<<1
	if minus {
		r |= 1
	}
	return r
}

func (r Row) offset() int8  { return int8(r >> 11 & 15) }
func (r Row) key() int8     { return int8(r >> 9 & 3) }
func (r Row) version() int8 { return int8(r >> 5 & 15) }
func (r Row) value() int8   { return int8(r >> 1 & 15) }
func (r Row) minus() bool   { return r&1 == 1 }

// newer orders the rows of a key as a look-up does: by version, the +1 row last.
func (r Row) newer(o Row) bool {
	return r.version() > o.version() || r.version() == o.version() && o.minus() && !r.minus()
}

func (r Row) String() string {
	sign := "+"
	if r.minus() {
		sign = "-"
	}
	return fmt.Sprintf("%s(key %d, version %d, value %d, offset %d)", sign, r.key(), r.version(), r.value(), r.offset())
}

// Block are the rows of a batch in the order in which they were made.
type Block [6]Row

func (b *Block) add(r Row) {
	for i := range b {
		if b[i] == 0 {
			b[i] = r
			return
		}
	}
	panic("a scenario with too many rows in a batch")
}

func (b *Block) len() (n int) {
	for n < len(b) && b[n] != 0 {
		n++
	}
	return n
}

// Table is a multiset of rows, sorted: what is inserted twice stands there twice.
type Table [12]Row

func (t *Table) add(r Row) {
	i := len(t) - 1
	if t[i] != 0 {
		panic("a scenario with too many rows in a table")
	}
	for ; i > 0 && (t[i-1] == 0 || t[i-1] > r); i-- {
		t[i] = t[i-1]
	}
	t[i] = r
}

func (t *Table) addBlock(b *Block) {
	for _, r := range b[:b.len()] {
		t.add(r)
	}
}

// drop removes the rows of a range of offsets.
func (t *Table) drop(first, last int8) {
	was := *t
	*t = Table{}
	for _, r := range was {
		if r != 0 && (r.offset() < first || r.offset() > last) {
			t.add(r)
		}
	}
}

// count is how many rows of a range of offsets there are.
func (t *Table) count(first, last int8) (n int) {
	for _, r := range t {
		if r != 0 && r.offset() >= first && r.offset() <= last {
			n++
		}
	}
	return n
}

// newest is the newest row of a key below an offset; 0 when there is none.
func (t *Table) newest(key, below int8) (best Row) {
	for _, r := range t {
		if r != 0 && r.key() == key && r.offset() < below && (best == 0 || r.newer(best)) {
			best = r
		}
	}
	return best
}

// Package compare reads each captured table on both sides, in its source and in
// ClickHouse, and says whether they hold the same rows. It shares no code with the
// pipeline's encoders and decoders, so that it cannot repeat their mistakes. It
// compares what is there now: stop the writers first, or wait (see Tables).
package compare

import (
	"sort"

	"github.com/cespare/xxhash/v2"
)

// null stands for NULL inside a row's hash; no text of a value begins with a zero byte.
const null = "\x00null"

// Digest is one side of a table: a hash per key, and their sum, which does not depend
// on the order in which rows are read.
type Digest struct {
	rows map[string]uint64
	sum  uint64
}

// NewDigest makes an empty one.
func NewDigest() *Digest { return &Digest{rows: map[string]uint64{}} }

// Add takes a row: its canonical texts, of which the key's are given again in key.
// A key that comes twice makes the digest differ from any in which it stands once.
func (d *Digest) Add(key, fields []string) {
	h := hash(fields)
	k := join(key)
	if _, twice := d.rows[k]; twice {
		k += "\x00again"
	}
	d.rows[k] = h
	d.sum += h
}

// Rows is the number of rows.
func (d *Digest) Rows() int { return len(d.rows) }

// Sum is the checksum over all rows.
func (d *Digest) Sum() uint64 { return d.sum }

// Diff gives the keys that only one side has or whose rows differ, sorted.
func Diff(a, b *Digest) []string {
	var keys []string
	for k, h := range a.rows {
		if other, ok := b.rows[k]; !ok || other != h {
			keys = append(keys, k)
		}
	}
	for k := range b.rows {
		if _, ok := a.rows[k]; !ok {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	return keys
}

func hash(fields []string) uint64 {
	h := xxhash.New()
	for _, f := range fields {
		_, _ = h.WriteString(f)
		_, _ = h.Write([]byte{0xff}) // ends the field: "ab","c" is not "a","bc"
	}
	return h.Sum64()
}

func join(key []string) string {
	if len(key) == 1 {
		return key[0]
	}
	out := ""
	for i, k := range key {
		if i > 0 {
			out += ", "
		}
		out += k
	}
	return out
}

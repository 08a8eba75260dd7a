// Package position orders the changes of one source. A position is where a change
// stands in its source's commit order; it is never a clock and never a Kafka offset,
// because both can run backwards against the commits.
package position

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// MaxOrdinal is the greatest ordinal: 48 bits. A MongoDB snapshot row carries it, so
// that it sorts above every event of its clusterTime.
const MaxOrdinal = 1<<48 - 1

// Size is the length of a position's binary form in bytes.
const Size = 16

// Position is compared field by field, in this order.
type Position struct {
	// Epoch rises when the source's history may have been cut: fail-over without the
	// slot, point-in-time recovery, a recreated database.
	Epoch uint16
	// Commit is PostgreSQL's commit LSN, or MongoDB's clusterTime (seconds<<32 | increment).
	Commit uint64
	// Ordinal counts the emitted records of a commit from 1; 0 is below all of them
	// (a PostgreSQL snapshot row), MaxOrdinal above all (a MongoDB snapshot row).
	Ordinal uint64
}

// Compare returns -1, 0 or +1 as p is before, at or after q.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Epoch, q.Epoch), cmp.Compare(p.Commit, q.Commit), cmp.Compare(p.Ordinal, q.Ordinal))
}

// Before reports whether p sorts below q.
func (p Position) Before(q Position) bool { return p.Compare(q) < 0 }

// IsZero reports whether p is below every position that a source can give.
func (p Position) IsZero() bool { return p == Position{} }

// UInt128 packs p as epoch:16 | commit:64 | ordinal:48, which sorts as Compare does.
// It is the _version of ClickHouse's rows.
func (p Position) UInt128() (hi, lo uint64) {
	return uint64(p.Epoch)<<48 | p.Commit>>16, p.Commit<<48 | p.Ordinal&MaxOrdinal
}

// FromUInt128 unpacks what UInt128 packed.
func FromUInt128(hi, lo uint64) Position {
	return Position{Epoch: uint16(hi >> 48), Commit: hi<<16 | lo>>48, Ordinal: lo & MaxOrdinal}
}

// Append adds p's binary form to dst: Size bytes, big-endian, sorting as Compare does.
func (p Position) Append(dst []byte) []byte {
	hi, lo := p.UInt128()
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, hi), lo)
}

// FromBytes reads the binary form from the first Size bytes of b; shorter input panics.
func FromBytes(b []byte) Position {
	_ = b[Size-1]
	return FromUInt128(binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]))
}

// String gives "epoch/commit/ordinal" in decimal.
func (p Position) String() string { return string(p.appendText(make([]byte, 0, 48))) }

func (p Position) appendText(dst []byte) []byte {
	dst = strconv.AppendUint(dst, uint64(p.Epoch), 10)
	dst = strconv.AppendUint(append(dst, '/'), p.Commit, 10)
	return strconv.AppendUint(append(dst, '/'), p.Ordinal, 10)
}

// Parse reads what String wrote.
func Parse(s string) (Position, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return Position{}, fmt.Errorf("position %q: want epoch/commit/ordinal", s)
	}
	var n [3]uint64
	for i, bits := range [3]int{16, 64, 48} {
		v, err := strconv.ParseUint(parts[i], 10, bits)
		if err != nil {
			return Position{}, fmt.Errorf("position %q: %w", s, err)
		}
		n[i] = v
	}
	return Position{Epoch: uint16(n[0]), Commit: n[1], Ordinal: n[2]}, nil
}

// MarshalText writes the String form, so that positions read well in JSON.
func (p Position) MarshalText() ([]byte, error) { return p.appendText(nil), nil }

// UnmarshalText reads the String form.
func (p *Position) UnmarshalText(b []byte) (err error) {
	*p, err = Parse(string(b))
	return err
}

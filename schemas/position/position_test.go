package position

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func random(r *rand.Rand) Position {
	return Position{Epoch: uint16(r.UintN(3)), Commit: r.Uint64() >> r.UintN(64), Ordinal: r.Uint64() & MaxOrdinal >> r.UintN(48)}
}

// Every form of a position must sort as Compare does: the sink compares UInt128 in
// ClickHouse, the ledger compares bytes.
func TestFormsSortAsCompare(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		p, q := random(r), random(r)
		if r.UintN(3) == 0 {
			q.Epoch, q.Commit = p.Epoch, p.Commit
		}
		want := p.Compare(q)
		require.Equal(t, want, bytes.Compare(p.Append(nil), q.Append(nil)), "%v %v", p, q)
		require.Equal(t, -want, q.Compare(p))
		require.Equal(t, want < 0, p.Before(q))
	}
}

func TestRoundTrips(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		p := random(r)
		require.Equal(t, p, FromUInt128(p.UInt128()))
		require.Equal(t, p, FromBytes(p.Append(nil)))
		text, err := Parse(p.String())
		require.NoError(t, err)
		require.Equal(t, p, text)
	}
}

func TestGolden(t *testing.T) {
	p := Position{Epoch: 1, Commit: 0x0123456789abcdef, Ordinal: MaxOrdinal}
	require.Equal(t, []byte{0, 1, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 255, 255, 255, 255, 255, 255}, p.Append(nil))
	b, err := json.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, `"1/81985529216486895/281474976710655"`, string(b))
}

func FuzzParse(f *testing.F) {
	f.Add("0/1/2")
	f.Add("65536/0/0")
	f.Add("0/0/281474976710656")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

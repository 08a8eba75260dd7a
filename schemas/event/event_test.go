package event

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

func TestHeaderGolden(t *testing.T) {
	h := Header{
		Version: position.Position{Epoch: 2, Commit: 0x16b3748, Ordinal: 7},
		Op:      Update, Flags: Chained, Schema: 0xdeadbeef, CommitTime: 1_700_000_000_123_456,
	}
	want := []byte{1, 'u', 1, 0, 0xde, 0xad, 0xbe, 0xef,
		0, 2, 0, 0, 0, 0, 1, 0x6b, 0x37, 0x48, 0, 0, 0, 0, 0, 7,
		0, 6, 0x0a, 0x24, 0x18, 0x20, 0x22, 0x40}
	require.Equal(t, want, h.Append(nil))
	got, err := ParseHeader(want)
	require.NoError(t, err)
	require.Equal(t, h, got)
}

func TestRepairIsAFlagOfTheSameBytes(t *testing.T) {
	h := Header{Version: position.Position{Commit: 9, Ordinal: 1}, Op: Update, Flags: Chained, Schema: 7, CommitTime: 5}
	got, err := AsRepair(h.Append(nil))
	require.NoError(t, err)
	require.Equal(t, byte(3), got[2], "chained and repair")
	parsed, err := ParseHeader(got)
	require.NoError(t, err)
	require.True(t, parsed.Flags.Repair())
	require.True(t, parsed.Flags.Chained())
	require.False(t, h.Flags.Repair())
	parsed.Flags &^= Repair
	require.Equal(t, h, parsed, "nothing else changes")
	_, err = AsRepair([]byte("short"))
	require.ErrorIs(t, err, ErrHeader)
}

func TestHeaderRefusals(t *testing.T) {
	good := Header{Op: Create}.Append(nil)
	for name, change := range map[string]func([]byte) []byte{
		"short":         func(b []byte) []byte { return b[:31] },
		"long":          func(b []byte) []byte { return append(b, 0) },
		"other version": func(b []byte) []byte { b[0] = 2; return b },
		"unknown op":    func(b []byte) []byte { b[1] = 'x'; return b },
	} {
		_, err := ParseHeader(change(append([]byte(nil), good...)))
		require.ErrorIs(t, err, ErrHeader, name)
	}
}

func TestMarkerRoundTrip(t *testing.T) {
	m := Marker{Kind: SnapshotBegin, Snapshot: "s1", Initial: true, Exact: true}
	got, err := ParseMarker(m.Encode())
	require.NoError(t, err)
	require.Equal(t, m, got)
	_, err = ParseMarker([]byte(`{"marker":"other"}`))
	require.Error(t, err)
}

func FuzzParseHeader(f *testing.F) {
	f.Add(Header{Op: Delete, Schema: 1}.Append(nil))
	f.Add([]byte{1, 'c'})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err != nil {
			return
		}
		again, err := ParseHeader(h.Append(nil))
		require.NoError(t, err)
		require.Equal(t, h, again)
	})
}

func FuzzParseMarker(f *testing.F) {
	f.Add([]byte(`{"marker":"topic","incarnation":"a1","partitions":4}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMarker(b)
		if err != nil {
			return
		}
		again, err := ParseMarker(m.Encode())
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

func BenchmarkParseHeader(b *testing.B) {
	buf := Header{Op: Create, Schema: 9, CommitTime: 1}.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseHeader(buf); err != nil {
			b.Fatal(err)
		}
	}
}

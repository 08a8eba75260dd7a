package recordbatch

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"
)

// resum gives a changed batch a right checksum, so that what lies behind it is tried.
func resum(raw []byte) []byte {
	binary.BigEndian.PutUint32(raw[atCRC:], crc32.Checksum(raw[atAttributes:], castagnoli))
	return raw
}

func walk(raw []byte) (n int, err error) {
	b, _, err := Parse(raw)
	if err != nil {
		return 0, err
	}
	it := b.Iter(b.Payload())
	for it.Next() {
		n++
	}
	return n, it.Err()
}

func TestRefusals(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"flipped bit":         func(b []byte) []byte { b[70] ^= 1; return b },
		"other magic":         func(b []byte) []byte { b[atMagic] = 1; return b },
		"length too small":    func(b []byte) []byte { binary.BigEndian.PutUint32(b[atLength:], 10); return b },
		"length negative":     func(b []byte) []byte { binary.BigEndian.PutUint32(b[atLength:], 1<<31); return b },
		"one record too many": func(b []byte) []byte { b[atCount+3] = 4; b[atLastDelta+3] = 9; return resum(b) },
		"one record too few":  func(b []byte) []byte { b[atCount+3] = 2; return resum(b) },
		"count over delta":    func(b []byte) []byte { b[atLastDelta+3] = 1; return resum(b) },
		"count negative":      func(b []byte) []byte { b[atCount] = 0x80; return resum(b) },
		"unknown codec":       func(b []byte) []byte { b[atAttributes+1] = 5; return resum(b) },
		"delta not rising":    func(b []byte) []byte { b[HeaderSize+3] = 2; return resum(b) },
		"key beyond record":   func(b []byte) []byte { b[HeaderSize+4] = 0x7e; return resum(b) },
		"value length -2":     func(b []byte) []byte { b[HeaderSize+13] = 3; return resum(b) },
	} {
		_, err := walk(change(golden(t)))
		require.ErrorIs(t, err, ErrCorrupt, name)
	}
}

func TestEveryCutIsShort(t *testing.T) {
	raw := golden(t)
	for n := range raw {
		_, _, err := Parse(raw[:n])
		require.ErrorIs(t, err, ErrShort, "%d bytes", n)
	}
}

func TestCompactedBatchKeepsItsOffsets(t *testing.T) {
	// Compaction took the first two records: count 1, last delta still 2.
	var b Builder
	three(&b, nil)
	raw := b.Seal(NoProducer)
	first := HeaderSize + 1 + int(raw[HeaderSize]>>1)
	second := first + 1 + int(raw[first]>>1)
	left := append(append([]byte{}, raw[:HeaderSize]...), raw[second:]...)
	binary.BigEndian.PutUint32(left[atLength:], uint32(len(left)-atLeaderEpoch))
	binary.BigEndian.PutUint64(left[atBaseOffset:], 100)
	left[atCount+3] = 1
	got, _, err := Parse(resum(left))
	require.NoError(t, err)
	it := got.Iter(got.Payload())
	require.True(t, it.Next())
	require.Equal(t, int64(102), it.Record.Offset)
	require.False(t, it.Next())
	require.NoError(t, it.Err())
	require.Equal(t, int64(103), got.Next())
}

func FuzzParse(f *testing.F) {
	f.Add(golden(f))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > HeaderSize {
			raw[atMagic] = magic
			length := int64(int32(binary.BigEndian.Uint32(raw[atLength:]))) + atLeaderEpoch
			if length >= HeaderSize && length <= int64(len(raw)) {
				binary.BigEndian.PutUint32(raw[atCRC:], crc32.Checksum(raw[atAttributes:length], castagnoli))
			}
		}
		b, rest, err := Parse(raw)
		if err != nil {
			return
		}
		require.Less(t, len(rest), len(raw))
		last := int64(-1)
		it := b.Iter(b.Payload())
		for n := 0; it.Next(); n++ {
			require.Less(t, n, b.Count)
			require.Greater(t, it.Record.Offset-b.BaseOffset, last)
			last = it.Record.Offset - b.BaseOffset
			it.Record.Header("tidemark")
		}
	})
}

func FuzzRoundTrip(f *testing.F) {
	f.Add(int64(1), []byte("k"), []byte("v"), "tidemark", []byte{1}, uint8(3), uint8(0))
	f.Add(int64(-1), []byte{}, []byte{}, "", []byte{}, uint8(200), uint8(7))
	f.Fuzz(func(t *testing.T, ts int64, key, value []byte, hk string, hv []byte, count, nulls uint8) {
		ts %= 1 << 40
		if nulls&1 != 0 {
			key = nil
		}
		if nulls&2 != 0 {
			value = nil
		}
		if nulls&4 != 0 {
			hv = nil
		}
		var b Builder
		b.Reset(nil, 1000)
		for range count {
			b.Append(ts, key, value, hk, hv)
		}
		if count == 0 {
			return
		}
		batch, _, err := Parse(b.Seal(NoProducer))
		require.NoError(t, err)
		it := batch.Iter(batch.Payload())
		n := 0
		for ; it.Next(); n++ {
			require.Equal(t, ts, it.Record.Timestamp)
			require.Equal(t, key, it.Record.Key)
			require.Equal(t, value, it.Record.Value)
			if hk != "" {
				v, ok := it.Record.Header(hk)
				require.True(t, ok)
				require.Equal(t, hv, v)
			}
		}
		require.NoError(t, it.Err())
		require.Equal(t, int(count), n)
	})
}

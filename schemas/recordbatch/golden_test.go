package recordbatch

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// golden is a batch of three records written by another implementation (franz-go's
// kmsg): a header with a value, a null value, a null key with an empty value and a
// header whose value is null.
func golden(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/three.hex")
	require.NoError(t, err)
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return raw
}

const goldenTime = 1_700_000_000_123

func three(b *Builder, buf []byte) {
	b.Reset(buf, goldenTime)
	b.Append(goldenTime, []byte(`{"id":1}`), []byte(`{"op":"c"}`), "tidemark", []byte{1, 'c', 0, 255})
	b.Append(goldenTime+3, []byte(`{"id":1}`), nil, "", nil)
	b.Append(goldenTime-200, nil, []byte{}, "h", nil)
}

func TestBuilderWritesGoldenBytes(t *testing.T) {
	var b Builder
	dirty := []byte(strings.Repeat("x", 1024)) // what an earlier batch left must not show
	for _, buf := range [][]byte{nil, dirty} {
		three(&b, buf)
		require.Equal(t, golden(t), b.Seal(Producer{ID: 4711, Epoch: 7, Sequence: 12}))
		require.Equal(t, []byte{0, 0, 0, byte(b.Len())}, b.Framed()[:4])
		require.Equal(t, golden(t), b.Framed()[4:])
	}
}

func TestParseReadsGoldenBytes(t *testing.T) {
	raw := golden(t)
	b, rest, err := Parse(append(raw, 9, 9))
	require.NoError(t, err)
	require.Equal(t, []byte{9, 9}, rest)
	require.Equal(t, Producer{ID: 4711, Epoch: 7, Sequence: 12}, b.Producer)
	require.Equal(t, 3, b.Count)
	require.Equal(t, int64(3), b.Next())
	require.Equal(t, None, b.Codec())

	it := b.Iter(b.Payload())
	require.True(t, it.Next())
	require.Equal(t, `{"op":"c"}`, string(it.Record.Value))
	v, ok := it.Record.Header("tidemark")
	require.True(t, ok)
	require.Equal(t, []byte{1, 'c', 0, 255}, v)
	require.True(t, it.Next())
	require.Nil(t, it.Record.Value)
	require.Equal(t, int64(goldenTime+3), it.Record.Timestamp)
	require.Equal(t, int64(1), it.Record.Offset)
	require.Zero(t, it.Record.Headers())
	require.True(t, it.Next())
	require.Nil(t, it.Record.Key)
	require.Equal(t, []byte{}, it.Record.Value, "empty is not null")
	v, ok = it.Record.Header("h")
	require.True(t, ok)
	require.Nil(t, v)
	require.False(t, it.Next())
	require.NoError(t, it.Err())
}

func TestMoveKeepsTheBatch(t *testing.T) {
	var b Builder
	b.Reset(make([]byte, 0, 128), goldenTime)
	b.Append(goldenTime, []byte(`{"id":1}`), []byte(`{"op":"c"}`), "tidemark", []byte{1, 'c', 0, 255})
	freed := b.Move(make([]byte, 0, 4096))
	require.Equal(t, 128, cap(freed))
	clear(freed[:cap(freed)])
	b.Append(goldenTime+3, []byte(`{"id":1}`), nil, "", nil)
	b.Append(goldenTime-200, nil, []byte{}, "h", nil)
	require.Equal(t, golden(t), b.Seal(Producer{ID: 4711, Epoch: 7, Sequence: 12}))
}

func TestSealCompressedCarriesCodecAndCounts(t *testing.T) {
	var b Builder
	three(&b, nil)
	framed := b.SealCompressed(nil, Producer{ID: 1, Sequence: 5}, Zstd, []byte("squeezed"))
	got, rest, err := Parse(framed[4:])
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, Zstd, got.Codec())
	require.Equal(t, 3, got.Count)
	require.Equal(t, "squeezed", string(got.Payload()))
}

func TestBoundHolds(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 8191, 8192, 1 << 20} {
		var b Builder
		b.Reset(nil, 0)
		b.Append(1<<62, make([]byte, n), make([]byte, n), "tidemark", make([]byte, n))
		require.LessOrEqual(t, b.Len()-HeaderSize, Bound(n, n, len("tidemark"), n))
	}
}

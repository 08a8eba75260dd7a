package topic

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The values are those of the Java client's own test (UtilsTest.testMurmur2).
func TestMurmur2AsTheJavaClient(t *testing.T) {
	for in, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		require.Equal(t, want, int32(murmur2([]byte(in))), in)
	}
}

func TestPartitionInRange(t *testing.T) {
	seen := map[int]int{}
	for i := range 10_000 {
		p := Partition([]byte{byte(i), byte(i >> 8), 'k'}, 7)
		require.True(t, p >= 0 && p < 7)
		seen[p]++
	}
	require.Len(t, seen, 7)
}

func BenchmarkPartition(b *testing.B) {
	key := []byte(`{"id":"0190c3d2-7f9a-7b5e-8f00-123456789abc"}`)
	b.ReportAllocs()
	for b.Loop() {
		Partition(key, 4)
	}
}

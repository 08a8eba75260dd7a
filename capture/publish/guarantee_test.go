package publish

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// published checks what a topic with 4 partitions holds after n records were published
// in one session: each once, in order, and every watermark true and no later than it must.
func published(t *testing.T, addrs []string, name string, n int) {
	t.Helper()
	all := marks(t, addrs)
	require.Greater(t, len(all), 1)
	total := 0
	for i := range 4 {
		var before position.Position
		var versions []position.Position
		for offset, r := range read(t, addrs, name, i) {
			require.Equal(t, int64(offset), r.offset)
			if offset > 0 { // behind the marker
				require.Negative(t, before.Compare(r.header.Version), "partition %d offset %d", i, offset)
				before = r.header.Version
				total++
			}
			versions = append(versions, r.header.Version)
		}
		for _, w := range all {
			exact(t, w, name, i, versions)
		}
	}
	require.Equal(t, n, total)
}

// exact checks that the watermark's offset parts what it covers from what it does not.
func exact(t *testing.T, w *watermark.Watermark, name string, partition int, versions []position.Position) {
	next, known := w.Offset(name, partition)
	if !known {
		require.True(t, w.Position.IsZero())
		return
	}
	for offset, v := range versions {
		require.Equal(t, v.Commit <= w.Position.Commit, int64(offset) < next,
			"watermark %s says %d of partition %d, offset %d is %s", w.Position, next, partition, offset, v)
	}
}

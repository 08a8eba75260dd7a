package delay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimes(t *testing.T) {
	start := time.Now()
	committed, seen := map[int64]time.Time{}, map[int64]time.Time{}
	for i := int64(1); i <= 101; i++ {
		committed[i] = start.Add(time.Duration(i) * time.Second)
		seen[i] = committed[i].Add(time.Duration(i) * time.Millisecond)
	}
	delete(seen, 101)
	d := between(committed, seen, func(int64) bool { return true })
	require.Equal(t, 100, d.Count())
	require.Equal(t, 1, d.Lost, "what never arrives is counted, not left out")
	require.Equal(t, []float64{1, 50, 99, 100}, []float64{d.Quantile(0), d.Quantile(0.5), d.Quantile(0.99), d.Quantile(1)})
	warm := between(committed, seen, func(id int64) bool { return id > 90 })
	require.Equal(t, 10, warm.Count())
	require.Zero(t, Times{}.Quantile(0.5))
}

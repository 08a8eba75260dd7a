package program

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSample(t *testing.T) {
	for line, want := range map[string]float64{
		`x_total{topic="a b",partition="1"} 12`: 12,
		`x_total 3.5e+06`:                       3.5e6,
	} {
		v, ok := sample(line, "x_total")
		require.True(t, ok, line)
		require.InDelta(t, want, v, 1e-9, line)
	}
	for _, line := range []string{"", "x_total", "# HELP x_total x", `x_total_more{a="b"} 1`, `y_total 1`, "x_total NotANumber"} {
		_, ok := sample(line, "x_total")
		require.False(t, ok, line)
	}
}

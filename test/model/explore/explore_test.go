package explore

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// jugs is the puzzle of a jug of 3 and one of 5: how are 4 measured?
type jugs struct{ forbidden, end int }

type pour string

func (p pour) String() string { return string(p) }

func (jugs) Start() [2]int { return [2]int{} }

func (jugs) Next(s *[2]int, yield func(pour, [2]int)) {
	size := [2]int{3, 5}
	for i := range s {
		full, empty, poured := *s, *s, *s
		full[i], empty[i] = size[i], 0
		n := min(s[i], size[1-i]-s[1-i])
		poured[i], poured[1-i] = s[i]-n, s[1-i]+n
		yield(pour(fmt.Sprintf("fill %d", size[i])), full)
		yield(pour(fmt.Sprintf("empty %d", size[i])), empty)
		yield(pour(fmt.Sprintf("pour from %d", size[i])), poured)
	}
}

func (j jugs) Wrong(s *[2]int) string {
	if s[1] == j.forbidden {
		return "forbidden"
	}
	return ""
}

func (j jugs) End(s *[2]int) bool { return s[0] == j.end }

func TestShortestTrace(t *testing.T) {
	v := All(jugs{forbidden: 4}, 1000)
	require.Equal(t, []string{"fill 5", "pour from 5", "empty 3", "pour from 5", "fill 5", "pour from 5"}, v.Trace)
	require.Contains(t, v.String(), "6. pour from 5")
}

func TestSeesAll(t *testing.T) {
	v := All(jugs{forbidden: 9}, 1000)
	require.True(t, v.Holds(), v)
	require.Equal(t, 16, v.States) // of 24 thinkable ones
	require.Equal(t, 6, v.Ends)
}

func TestLimited(t *testing.T) { require.False(t, All(jugs{forbidden: 9}, 5).Holds()) }

// trap has one end, and a step from which there is no way to it.
type trap struct{}

func (trap) Start() int { return 0 }
func (trap) Next(s *int, yield func(pour, int)) {
	if *s == 0 {
		yield("well", 1)
		yield("fall", 2)
	}
}
func (trap) Wrong(*int) string { return "" }
func (trap) End(s *int) bool   { return *s == 1 }

func TestStuck(t *testing.T) {
	v := All(trap{}, 10)
	require.Contains(t, v.Broken, "no good end")
	require.Equal(t, []string{"fall"}, v.Trace)
}

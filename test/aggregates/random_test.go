package aggregates

import (
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// steps is how many steps the random mix has; TIDEMARK_TEST_LONG=1 makes it as many as the promise says.
func steps() int {
	if os.Getenv("TIDEMARK_TEST_LONG") != "" {
		return 200
	}
	return 14
}

func seed(t *testing.T) uint64 {
	text, given := os.LookupEnv("TIDEMARK_TEST_SEED")
	if !given {
		return 1
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)
	return n
}

// After every step of a random mix of all kinds of change in both sources, every aggregate equals its recompute from the
// source. Every fourth step the sink is killed in the middle of it.
func TestAnyMixOfChangesLeavesEveryAggregateRight(t *testing.T) {
	s := stackOf(t)
	kinds := append(rowChanges(), documentChanges()...)
	r := rand.New(rand.NewPCG(seed(t), 9))
	order := r.Perm(len(kinds))
	for n := range steps() {
		// Each kind comes once in a round, and rows and documents are there to be changed.
		if n%len(kinds) == 0 {
			order = r.Perm(len(kinds))
		}
		mix := []change{rowChanges()[0], documentChanges()[0], kinds[order[n%len(kinds)]], kinds[r.IntN(len(kinds))]}
		for i, c := range mix {
			c.do(t, s, r)
			if n%4 == 3 && i == 2 {
				require.NoError(t, s.Kill(t.Context(), "sink", syscall.SIGKILL))
			}
		}
		if !t.Run(strconv.Itoa(n)+" "+mix[2].name+", "+mix[3].name, s.right) {
			return
		}
	}
}

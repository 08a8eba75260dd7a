package validate

import (
	"context"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// claimsOf makes a watcher that is told its claims.
func claimsOf(r *rig, c *contract.Contract) *Watcher {
	ended := make(chan struct{})
	close(ended)
	return &Watcher{env: Env{Contracts: []*contract.Contract{c}, Sides: r.sides}, stop: func() {}, ended: ended, newest: map[string]claim{}}
}

func TestTheWatcherSeesEveryBreach(t *testing.T) {
	r := stackOf(t)
	c := r.breached(t)
	table := "raw." + c.Target.Table
	put := func(values string) { r.do(t, "INSERT INTO "+table+" VALUES "+values) }
	// after fills raw, claims 5 and then 8, does what comes later and checks.
	after := func(letters string, later func()) []string {
		t.Helper()
		r.do(t, "TRUNCATE TABLE "+table)
		w := claimsOf(r, c)
		put("(1, NULL, 1, 5, 'c', 'i', 0, 0)")
		require.NoError(t, w.claimed(t.Context(), &claim{source: "pg", version: big.NewInt(5), letters: letters}))
		put("(2, 'b', 1, 8, 'c', 'i', 0, 1)")
		require.NoError(t, w.claimed(t.Context(), &claim{source: "pg", version: big.NewInt(8), letters: letters}))
		later()
		failures, err := w.Check(t.Context())
		require.NoError(t, err)
		return validatorsOf(failures)
	}
	require.Empty(t, after("0", func() {}))
	require.Empty(t, after("0", func() { put("(3, 'c', 1, 9, 'c', 'i', 0, 2)") }), "above the tidemark")
	late := func() { put("(3, 'c', 1, 7, 'c', 'i', 0, 2)") }
	require.Equal(t, []string{ahead}, after("0", late), "it came below the newest claim")
	require.Equal(t, []string{ahead}, after("0", func() { put("(3, 'c', 1, 4, 'c', 'i', 0, 2)") }), "it came below the first")
	require.Equal(t, []string{ahead}, after("0", func() { r.do(t, "TRUNCATE TABLE "+table) }), "it went")
	require.Equal(t, []string{ahead}, after("0", func() {
		r.do(t, "ALTER TABLE "+table+" UPDATE v = '' WHERE id = 1 SETTINGS mutations_sync = 2")
	}), "it changed")
	r.letter(t, c, "7", "1")
	require.Equal(t, []string{ahead}, after("0", late), "nothing was said to be missing")
	require.Empty(t, after("1", late), "a dead letter was sent again, and the claim had said so")
	require.Equal(t, []string{ahead}, after("1", func() { put("(3, 'c', 1, 6, 'c', 'i', 0, 2)") }), "that was none")
}

func TestTheWatcherSeesATidemarkGoBack(t *testing.T) {
	r := stackOf(t)
	c := r.breached(t)
	w := claimsOf(r, c)
	for _, v := range []int64{5, 5, 4} {
		require.NoError(t, w.claimed(t.Context(), &claim{source: "pg", version: big.NewInt(v), letters: "0"}))
	}
	failures, err := w.Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{backwards}, validatorsOf(failures))
	require.Equal(t, 1, w.Claims())
}

func TestAWatcherThatSawNothingFails(t *testing.T) {
	r := stackOf(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := Watch(ctx, Env{Sides: r.sides})
	failures, err := w.Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{silent}, validatorsOf(failures))
}

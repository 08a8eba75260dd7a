package e2e

import (
	"context"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// While the shop writes, capture and sink are killed again and again at moments that
// nobody chose. Afterwards nothing is lost, nothing is there twice.
func TestKilledAtAnyMoment(t *testing.T) {
	ctx, p := stackOf(t)
	before := p.restarts(t)
	w := p.witness(t)
	run := p.program(ctx, t, "shop", "run", "--rate", "300", "--seed", "7", "--for", "40s", "--json")
	require.NoError(t, run.Start())
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()

	const seed = 42
	r := rand.New(rand.NewPCG(seed, seed))
	kills := 0
	for running := true; running; {
		select {
		case err := <-ended:
			require.NoError(t, err, "the shop")
			running = false
		case <-time.After(time.Duration(300+r.IntN(2500)) * time.Millisecond):
			kills += p.killOne(ctx, r)
		}
	}
	require.GreaterOrEqual(t, kills, 5, "too few kills to say anything")
	require.Greater(t, p.restarts(t), before, "nothing was restarted: the kills did not hit")
	w.content(t)
	t.Logf("%d kills", kills)
}

// killOne kills capture or sink, whichever is up; 0 when both are still starting.
func (p *pipeline) killOne(ctx context.Context, r *rand.Rand) int {
	victims := []string{"capture", "sink"}
	r.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	for _, v := range victims {
		if p.Kill(ctx, v, syscall.SIGKILL) == nil {
			return 1
		}
	}
	return 0
}

// restarts counts how often the supervisor had to start capture and sink again.
func (p *pipeline) restarts(t *testing.T) int {
	t.Helper()
	parts, err := p.Status(t.Context())
	require.NoError(t, err)
	n := 0
	for _, s := range parts {
		n += s.Restarts
	}
	return n
}

package clickhousekill

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// While the shop writes, ClickHouse is killed in the middle of inserts. After every few
// kills raw, the current state and every aggregate are exact.
//
// Six kills; a hundred with TIDEMARK_TEST_LONG=1, which takes about half an hour.
func TestKilledInTheMiddleOfInserts(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	rounds, kills := 2, 3
	if os.Getenv("TIDEMARK_TEST_LONG") != "" {
		rounds, kills = 20, 5
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	t.Log("seed", seed)
	hits := 0
	for round := range rounds {
		hits += shop.killWhileWriting(t, r, kills, round)
		shop.exact(t)
		rows, groups := shop.mends(t)
		t.Logf("%d kills, %d with an insert seen running just before; lost parts put back so far: %d of raw, %d of targets", (round+1)*kills, hits, rows, groups)
	}
	require.Positive(t, hits, "no kill met an insert")
}

// killWhileWriting lets the shop write until so many kills are done, and gives how many
// of them met an insert.
func (p *pipeline) killWhileWriting(t *testing.T, r *rand.Rand, kills, round int) (hits int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	run := p.program(ctx, "shop", "run", "--rate", "300", "--seed", strconv.Itoa(round), "--for", "1h")
	require.NoError(t, run.Start())
	for range kills {
		time.Sleep(time.Duration(200+r.IntN(1500)) * time.Millisecond)
		if p.awaitInsert(t) {
			hits++
		}
		time.Sleep(time.Duration(r.IntN(12_000)) * time.Microsecond)
		require.NoError(t, p.Kill(ctx, "clickhouse", syscall.SIGKILL))
		require.NoError(t, p.Await(ctx, "clickhouse"))
	}
	cancel()
	_ = run.Wait() // it ends by our signal
	return hits
}

// awaitInsert waits until ClickHouse works on an insert into raw; false when none came.
func (p *pipeline) awaitInsert(t *testing.T) bool {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		n, err := p.text(t.Context(), "SELECT count() FROM system.processes WHERE query_kind = 'Insert' AND query LIKE 'INSERT INTO `raw`%'")
		if err == nil && n != "0" {
			return true
		}
	}
	return false
}

package clickhousekill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// While the shop writes, ClickHouse is killed in the middle of inserts. After every round
// raw, the current state and every aggregate are exact.
//
// Six kills, three by three; a hundred one by one with TIDEMARK_TEST_LONG=1, which takes
// about half an hour.
func TestKilledInTheMiddleOfInserts(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	rounds, kills := 2, 3
	if long {
		rounds, kills = 100, 1
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	t.Log("seed", seed)
	shop.slow(t)
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
		time.Sleep(time.Duration(200+r.IntN(1000)) * time.Millisecond)
		if p.awaitInsert(t) {
			hits++
		}
		time.Sleep(time.Duration(r.IntN(200_000)) * time.Microsecond)
		require.NoError(t, p.Kill(ctx, "clickhouse", syscall.SIGKILL))
		require.NoError(t, p.ready(ctx, "clickhouse"))
	}
	cancel()
	_ = run.Wait() // it ends by our signal
	return hits
}

// slow has every insert into raw last for a while, so that kills meet them: between raw's
// part and those of its views, too.
func (p *pipeline) slow(t *testing.T) {
	t.Helper()
	p.exec(t, "CREATE DATABASE slow")
	p.exec(t, "CREATE TABLE slow.slow (n UInt8) ENGINE = Null")
	for _, c := range p.contracts {
		p.exec(t, fmt.Sprintf("CREATE MATERIALIZED VIEW slow.%s TO slow.slow AS SELECT sleep(0.2) AS n FROM raw.%[1]s LIMIT 1", c.Target.Table))
	}
	t.Cleanup(func() {
		_, err := p.text(context.WithoutCancel(t.Context()), "DROP DATABASE slow SYNC")
		require.NoError(t, err)
	})
}

// awaitInsert waits until ClickHouse works on an insert into raw; false when none came.
func (p *pipeline) awaitInsert(t *testing.T) bool {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		n, err := p.text(t.Context(), "SELECT toString(count()) FROM system.processes WHERE query_kind = 'Insert' AND query LIKE 'INSERT INTO `raw`%'")
		if err == nil && n != "0" {
			return true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The servers are killed and come back, by the commands in TIDEMARK_KILL_CLICKHOUSE and
// TIDEMARK_KILL_KAFKA. No sink ends for it, and every change is there once.
func TestKilledServersEndNoSink(t *testing.T) {
	commands := []string{os.Getenv("TIDEMARK_KILL_CLICKHOUSE"), os.Getenv("TIDEMARK_KILL_KAFKA")}
	if commands[0] == "" || commands[1] == "" {
		t.Skip("TIDEMARK_KILL_CLICKHOUSE and TIDEMARK_KILL_KAFKA are not set")
	}
	b := newBench(t, 6)
	b.src.Unchained = 0.1
	one, two := b.start(0), b.start(1)
	for round := range 8 {
		b.produce(t.Context(), 4_000)
		time.Sleep(time.Duration(rand.IntN(800)) * time.Millisecond)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", commands[round%2]).CombinedOutput()
		require.NoError(t, err, string(out))
		b.produce(t.Context(), 2_000)
	}
	b.settled(2 * time.Minute)
	b.stop(one)
	b.stop(two)
}

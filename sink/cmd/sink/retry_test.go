package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// narrow is the bench with a contract that refuses four of five amounts.
func narrow(t *testing.T, seed uint64) *bench {
	b := newBench(t, seed)
	b.contract(`clickhouse: "Decimal(5, 2)"`)
	require.NoError(t, b.ch.Exec(t.Context(), "DROP TABLE current."+b.src.Table+"_from_raw"))
	for _, table := range []string{"shop", "current", "raw"} {
		require.NoError(t, b.ch.Exec(t.Context(), "DROP TABLE "+table+"."+b.src.Table))
	}
	b.ran(0, "migrate")
	return b
}

// contract writes the table's contract with a type for the amount.
func (b *bench) contract(amount string) {
	text := strings.Replace(sinktest.Contract(b.src.Table), `type: "numeric(12,2)"`, `type: "numeric(12,2)", `+amount, 1)
	require.Contains(b.t, text, amount)
	require.NoError(b.t, os.WriteFile(filepath.Join(b.dir, "contract.yaml"), []byte(text), 0o644))
}

// ran runs a command of the program and checks its exit code.
func (b *bench) ran(code int, args ...string) string {
	cmd := exec.CommandContext(b.t.Context(), b.program, append(args, b.args...)...)
	out, _ := cmd.CombinedOutput()
	require.Equal(b.t, code, cmd.ProcessState.ExitCode(), string(out))
	return string(out)
}

// same waits until everything is applied and compares what is not a matter of how often
// a row was written.
func (b *bench) same() {
	require.NoError(b.t, b.topic.Applied(b.t.Context(), b.ch))
	require.NoError(b.t, b.src.Images(b.t.Context(), b.ch))
}

func (b *bench) count(sql string) int {
	n, err := sinktest.Count(b.t.Context(), b.ch, sql)
	require.NoError(b.t, err)
	return int(n)
}

func (b *bench) open() int {
	return b.count("SELECT count() AS n FROM ops.dead_letters FINAL WHERE resolved = 0 AND topic = '" + b.src.Topic() + "'")
}

// Most records fail, later changes of their keys come, keys are deleted, the table is
// truncated; then the contract is mended and the letters are sent again, while the sinks
// are killed. Afterwards it is as if nothing had failed.
func TestDeadLettersRetriedAfterTheContractWasMended(t *testing.T) {
	b := narrow(t, 11)
	b.src.Unchained = 0.2
	one := b.start(1)
	b.produce(t.Context(), 1_500)
	b.src.Truncate(b.topic)
	require.NoError(t, b.topic.Flush(t.Context()))
	b.produce(t.Context(), 1_500)
	require.NoError(t, b.topic.Applied(t.Context(), b.ch))
	letters := b.open()
	require.Greater(t, letters, 1000)

	out := b.ran(exitOperator, "deadletters", "retry", "--topic", b.src.Topic(), "--wait", "0")
	require.Contains(t, out, "has not changed")
	require.Equal(t, letters, b.open())
	b.stop(one)

	b.contract(`clickhouse: "Decimal(12, 2)"`)
	b.ran(0, "migrate")
	two := b.start(2)
	b.produce(t.Context(), 300) // some keys become whole by themselves
	b.ran(0, "deadletters", "retry", "--topic", b.src.Topic(), "--wait", "0")
	for range 4 { // in the middle of it
		time.Sleep(150 * time.Millisecond)
		require.NoError(t, two.Process.Kill())
		_ = two.Wait()
		two = b.start(2)
		b.produce(t.Context(), 100)
	}
	b.same()
	require.Zero(t, b.open())
	require.GreaterOrEqual(t, b.count("SELECT count() AS n FROM ops.dead_letters FINAL WHERE state = 'resolved' AND topic = '"+b.src.Topic()+"'"), letters)
	t.Logf("%d letters, %d superseded", letters, b.count("SELECT count() AS n FROM ops.dead_letters FINAL WHERE resolution LIKE 'superseded%' AND topic = '"+b.src.Topic()+"'"))
	b.stop(two)
}

// A letter that fails again is the same trouble: one line in the list, with its attempts.
func TestALetterThatFailsAgainStaysOne(t *testing.T) {
	b := narrow(t, 12)
	one := b.start(1)
	b.produce(t.Context(), 60)
	require.NoError(t, b.topic.Applied(t.Context(), b.ch))
	letters := b.open()
	require.Positive(t, letters)
	for range 2 {
		b.ran(exitFailed, "deadletters", "retry", "--topic", b.src.Topic(), "--force")
		require.NoError(t, b.topic.Applied(t.Context(), b.ch))
		require.Equal(t, letters, b.open())
	}
	var first struct {
		ID      string
		Attempt int
		Origin  int64
		State   string
	}
	out := b.ran(0, "deadletters", "list", "--topic", b.src.Topic(), "--json", "--limit", "1")
	require.NoError(t, json.Unmarshal([]byte(out), &first))
	require.Equal(t, 2, first.Attempt)
	require.Equal(t, "open", first.State)
	require.NotEqual(t, fmt.Sprint(first.Origin), first.ID[strings.LastIndexByte(first.ID, '/')+1:])
	require.Contains(t, b.ran(0, "deadletters", "list", "--topic", b.src.Topic()), fmt.Sprintf("%d OF %d DEAD LETTERS", min(letters, 100), letters))

	b.ran(0, "deadletters", "give-up", first.ID, "--why", "a test")
	require.Equal(t, letters-1, b.open())
	b.stop(one)
}

// Package replay rebuilds tables of a whole pipeline while the shop writes and people read.
package replay

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// patience is how long what is under way may take to arrive, on a busy machine.
const patience = 2 * time.Minute

// pipeline is a whole stack and its two ends.
type pipeline struct {
	*stack.Stack
	sides     *compare.Sides
	contracts []*contract.Contract
	env       map[string]string
	dir, bin  string
}

// open starts the stack. TIDEMARK_TEST_BIN names the folder of the programs, if it is not
// the repository's bin.
func open(t *testing.T) *pipeline {
	flag.Parse()
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	p := &pipeline{bin: os.Getenv("TIDEMARK_TEST_BIN"), dir: t.TempDir()}
	if p.bin == "" {
		p.bin = filepath.Join(root, "bin")
	}
	p.contracts, err = contract.Load(os.DirFS(filepath.Join(root, "schemas", "shop")))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	p.Stack, err = stack.Start(ctx, stack.Options{Dir: filepath.Join(p.dir, "stack"), Ports: "auto", Bin: p.bin, Program: filepath.Join(p.bin, "local"), Discard: true})
	t.Cleanup(p.close)
	require.NoError(t, err)
	p.env = p.Env()
	p.sides, err = compare.Open(ctx, compare.Within(p.env))
	require.NoError(t, err)
	return p
}

func (p *pipeline) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if p.sides != nil {
		_ = p.sides.Close(ctx)
	}
	if p.Stack != nil {
		if err := p.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "stop the stack:", err)
		}
		_ = p.Wipe()
	}
}

// program prepares one of our programs with the stack's environment.
func (p *pipeline) program(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	cmd.Env = os.Environ()
	for k, v := range p.env {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%s", k, v))
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// numbers reads a row of whole numbers out of ClickHouse.
func (p *pipeline) numbers(ctx context.Context, sql string) (out []int64, err error) {
	err = p.sides.ClickHouse.Query(ctx, sql, func(row []*string) error {
		out = make([]int64, len(row))
		for i := range row {
			if row[i] != nil {
				if _, err := fmt.Sscan(*row[i], &out[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

// exact waits until ClickHouse holds what the sources hold, and then holds raw, the
// current state and the aggregates to be exact.
func (p *pipeline) exact(t *testing.T) {
	t.Helper()
	results, err := compare.Tables(t.Context(), p.contracts, p.sides, patience)
	require.NoError(t, err)
	for _, r := range results {
		require.True(t, r.Equal(), "%s: %d rows in the source, %d in ClickHouse, %d differ, such as %v", r.Table, r.SourceRows, r.ClickHouseRows, r.Differ, r.Examples)
	}
	for _, c := range p.contracts {
		failures, err := validate.Raw(t.Context(), p.sides.ClickHouse, c)
		require.NoError(t, err)
		require.Empty(t, failures)
	}
	var out []byte
	require.Eventually(t, func() bool { // a batch is visible in raw before its views are done
		out, err = p.program(t.Context(), "aggregate", "verify").CombinedOutput()
		return err == nil
	}, patience, 500*time.Millisecond)
	require.Contains(t, string(out), "payments", "a model that is not there cannot be wrong")
}

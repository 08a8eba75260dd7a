// Package clickhousekill kills ClickHouse in the middle of inserts, again and again, and
// makes parts vanish behind their tokens.
package clickhousekill

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
const patience = 4 * time.Minute

// long asks for the forms of the tests that are too long for every change.
var long = os.Getenv("TIDEMARK_TEST_LONG") != ""

// shop is the stack that the tests share.
var shop *pipeline

// pipeline is a whole stack and its two ends.
type pipeline struct {
	*stack.Stack
	sides     *compare.Sides
	contracts []*contract.Contract
	env       map[string]string
	dir, bin  string
}

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		os.Exit(m.Run())
	}
	os.Exit(withShop(m))
}

func withShop(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	p, err := open(ctx)
	defer p.close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "start the stack:", err)
		return 1
	}
	shop = p
	return m.Run()
}

// open starts the stack. TIDEMARK_TEST_BIN names the folder of the programs, if it is not
// the repository's bin.
func open(ctx context.Context) (p *pipeline, err error) {
	root, err := filepath.Abs("../..")
	p = &pipeline{bin: os.Getenv("TIDEMARK_TEST_BIN")}
	if p.bin == "" {
		p.bin = filepath.Join(root, "bin")
	}
	if err != nil {
		return p, err
	}
	if p.dir, err = os.MkdirTemp("", "tidemark-kill-"); err != nil {
		return p, err
	}
	if p.contracts, err = contract.Load(os.DirFS(filepath.Join(root, "schemas", "shop"))); err != nil {
		return p, err
	}
	p.Stack, err = stack.Start(ctx, stack.Options{Dir: filepath.Join(p.dir, "stack"), Ports: "auto", Bin: p.bin})
	if p.Stack == nil {
		return p, err
	}
	if err = p.ready(ctx); err != nil {
		return p, err
	}
	p.env = p.Env()
	p.sides, err = compare.Open(ctx, compare.Within(p.env))
	return p, err
}

// ready waits until parts answer; all of them where none is named. On a busy machine one
// may say for a while that it is not ready.
func (p *pipeline) ready(ctx context.Context, names ...string) (err error) {
	if len(names) == 0 {
		names = []string{"postgres", "kafka", "mongo", "clickhouse", "capture", "sink"}
	}
	for end := time.Now().Add(2 * patience); ; time.Sleep(200 * time.Millisecond) {
		if err = p.Await(ctx, names...); err == nil || time.Now().After(end) {
			return err
		}
	}
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
	_ = os.RemoveAll(p.dir)
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
	return cmd
}

// text reads one value out of ClickHouse, "" for none.
func (p *pipeline) text(ctx context.Context, sql string) (out string, err error) {
	err = p.sides.ClickHouse.Query(ctx, sql, func(row []*string) error {
		if row[0] != nil {
			out = *row[0]
		}
		return nil
	})
	return out, err
}

// exact waits until ClickHouse holds what the sources hold, and then holds raw, the
// current state and the aggregates to be exact.
func (p *pipeline) exact(t *testing.T) {
	t.Helper()
	defer func() {
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(p.dir, "stack", "logs", "sink.log"))
			t.Logf("the sink's last words:\n%s", log[max(0, len(log)-4000):])
		}
	}()
	results, err := compare.Tables(t.Context(), p.contracts, p.sides, patience)
	for end := time.Now().Add(patience); err != nil && time.Now().Before(end); { // the server may not be up again
		time.Sleep(500 * time.Millisecond)
		results, err = compare.Tables(t.Context(), p.contracts, p.sides, patience)
	}
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
	}, patience, 500*time.Millisecond, "aggregate verify: %s", &lazy{&out})
	for _, model := range []string{"revenue", "orders", "payments", "deliveries", "returns"} {
		require.Contains(t, string(out), model, "a model that is not there cannot be wrong")
	}
}

// lazy prints what b holds when the message is made.
type lazy struct{ b *[]byte }

func (l *lazy) String() string { return string(*l.b) }

// mends counts what the sinks say that they have put back.
func (p *pipeline) mends(t *testing.T) (rows, groups int) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(p.dir, "stack", "logs", "sink.log"))
	require.NoError(t, err)
	return strings.Count(string(log), "were put back"), strings.Count(string(log), "were set to what raw says")
}

// Package deadletters runs a pipeline in which records fail, and mends it, as an operator
// would.
package deadletters

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// patience is how long a test waits for what must come true.
const patience = 2 * time.Minute

// pipeline is a whole stack with contracts of its own.
type pipeline struct {
	*stack.Stack
	t         *testing.T
	sides     *compare.Sides
	env       map[string]string
	contracts string
}

// start starts a stack with the shop's contracts, changed.
func start(t *testing.T, change func(file, text string) string) *pipeline {
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	p := &pipeline{t: t, contracts: filepath.Join(t.TempDir(), "contracts")}
	require.NoError(t, os.Mkdir(p.contracts, 0o755))
	p.write(change)
	dir, err := os.MkdirTemp("", "tidemark-deadletters-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p.Stack, err = stack.Start(t.Context(), stack.Options{Dir: filepath.Join(dir, "stack"), Ports: "auto", Contracts: p.contracts,
		Bin: os.Getenv("TIDEMARK_BIN"), Discard: true, Only: []string{"postgres", "kafka", "mongo", "clickhouse"}})
	require.NoError(t, err)
	t.Cleanup(p.end)
	p.env = p.Env()
	p.sides, err = compare.Open(t.Context(), compare.Within(p.env))
	require.NoError(t, err)
	p.program(0, "shop", "init") // the stack does it by itself for the shop's own contracts only
	require.NoError(t, p.Add(t.Context(), "capture", "sink"))
	p.ready("capture", "sink")
	return p
}

// ready waits until parts answer. On a busy machine one may say for a while that it is not.
func (p *pipeline) ready(names ...string) {
	p.t.Helper()
	err := p.Await(p.t.Context(), names...)
	for end := time.Now().Add(2 * patience); err != nil && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		err = p.Await(p.t.Context(), names...)
	}
	require.NoError(p.t, err)
}

func (p *pipeline) end() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if p.sides != nil {
		_ = p.sides.Close(ctx)
	}
	require.NoError(p.t, p.Stop(ctx))
	_ = p.Wipe()
}

// write writes the shop's contracts, changed.
func (p *pipeline) write(change func(file, text string) string) {
	files, err := filepath.Glob("../../schemas/shop/*.yaml")
	require.NoError(p.t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(p.t, err)
		name := filepath.Base(f)
		require.NoError(p.t, os.WriteFile(filepath.Join(p.contracts, name), []byte(change(name, string(text))), 0o644))
	}
}

func (p *pipeline) load() []*contract.Contract {
	all, err := contract.Load(os.DirFS(p.contracts))
	require.NoError(p.t, err)
	return all
}

func (p *pipeline) sql(statement string, args ...any) {
	_, err := p.sides.Postgres.Exec(p.t.Context(), statement, args...)
	require.NoError(p.t, err, statement)
}

func (p *pipeline) collection(name string) *mongo.Collection {
	return p.sides.Mongo.Database("shop").Collection(name)
}

func (p *pipeline) text(sql string) (out string) {
	require.NoError(p.t, p.sides.ClickHouse.Query(p.t.Context(), sql, func(row []*string) error {
		if row[0] != nil {
			out = *row[0]
		}
		return nil
	}), sql)
	return out
}

func (p *pipeline) becomes(want, sql string) {
	p.t.Helper()
	var have string
	require.Eventually(p.t, func() bool { have = p.text(sql); return have == want }, patience, 50*time.Millisecond, "%s\nwant %q", sql, want)
}

// program runs one of our programs and checks its exit code.
func (p *pipeline) program(code int, name string, args ...string) string {
	p.t.Helper()
	dir := os.Getenv("TIDEMARK_BIN")
	if dir == "" {
		dir = "../../bin"
	}
	cmd := exec.CommandContext(p.t.Context(), filepath.Join(dir, name), args...)
	cmd.Env = os.Environ()
	for k, v := range p.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, _ := cmd.CombinedOutput()
	require.Equal(p.t, code, cmd.ProcessState.ExitCode(), "%s %s\n%s", name, strings.Join(args, " "), out)
	return string(out)
}

func (p *pipeline) sink(code int, args ...string) string {
	p.t.Helper()
	return p.program(code, "sink", append(args, "--contracts", p.contracts)...)
}

// equal waits until ClickHouse holds what the sources hold, and holds raw and the
// aggregates to what must be true of them.
func (p *pipeline) equal() {
	p.t.Helper()
	all := p.load()
	results, err := compare.Tables(p.t.Context(), all, p.sides, patience)
	require.NoError(p.t, err)
	for _, r := range results {
		require.True(p.t, r.Equal(), "%s: %d rows in the source, %d in ClickHouse, differing at %v", r.Table, r.SourceRows, r.ClickHouseRows, r.Examples)
	}
	for _, c := range all {
		failures, err := validate.Raw(p.t.Context(), p.sides.ClickHouse, c)
		require.NoError(p.t, err)
		require.Empty(p.t, failures)
	}
	out := p.program(0, "aggregate", "verify")
	for _, model := range []string{"payments", "cash", "products", "revenue"} {
		require.Contains(p.t, out, model, "a model that is not there cannot be wrong")
	}
}

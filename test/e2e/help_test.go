package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// patience is how long a test waits for what must come true. It is no measure of
// speed: make bench measures that.
const patience = 90 * time.Second

// stackOf skips in short mode and gives the shared stack.
func stackOf(t *testing.T) (context.Context, *pipeline) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	return t.Context(), shop
}

func (p *pipeline) sql(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := p.sides.Postgres.Exec(t.Context(), statement, args...)
	require.NoError(t, err, statement)
}

func (p *pipeline) collection(name string) *mongo.Collection {
	return p.sides.Mongo.Database("shop").Collection(name)
}

// text reads one value out of ClickHouse, "" for none.
func (p *pipeline) text(t *testing.T, sql string) string {
	t.Helper()
	var out string
	require.NoError(t, p.sides.ClickHouse.Query(t.Context(), sql, func(row []*string) error {
		if row[0] != nil {
			out = *row[0]
		}
		return nil
	}), sql)
	return out
}

// becomes waits until a query of ClickHouse gives want.
func (p *pipeline) becomes(t *testing.T, want, sql string) {
	t.Helper()
	var have string
	require.Eventually(t, func() bool { have = p.text(t, sql); return have == want }, patience, 50*time.Millisecond,
		"%s\nwant %q", sql, want)
	require.Equal(t, want, have)
}

// equal waits until ClickHouse holds what the sources hold, and holds raw to every
// validator.
func (p *pipeline) equal(t *testing.T, contracts []*contract.Contract) {
	t.Helper()
	results, err := compare.Tables(t.Context(), contracts, p.sides, patience)
	require.NoError(t, err)
	for _, r := range results {
		require.Zero(t, r.Differ, "%s: %d rows in the source, %d in ClickHouse, differing at %v", r.Table, r.SourceRows, r.ClickHouseRows, r.Examples)
		require.Equal(t, r.SourceSum, r.ClickHouseSum)
	}
	for _, c := range contracts {
		failures, err := validate.Raw(t.Context(), p.sides.ClickHouse, c)
		require.NoError(t, err)
		require.Empty(t, failures)
	}
	p.aggregatesRight(t)
}

// aggregatesRight waits until every aggregate is what the current rows add up to; raw
// is visible a moment before the views that it feeds.
func (p *pipeline) aggregatesRight(t *testing.T) {
	t.Helper()
	var out []byte
	require.Eventually(t, func() bool {
		var err error
		out, err = p.program(t.Context(), t, "aggregate", "verify").CombinedOutput()
		return err == nil
	}, patience, 200*time.Millisecond)
	for _, model := range []string{"revenue", "orders", "payments", "deliveries", "returns"} {
		require.Contains(t, string(out), model, "a model that is not there cannot be wrong")
	}
}

func shopContracts(t *testing.T) []*contract.Contract {
	t.Helper()
	all, err := contract.Load(os.DirFS(filepath.Join(root(t), "schemas", "shop")))
	require.NoError(t, err)
	return all
}

// root is the repository's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

// program prepares one of our programs with the stack's environment.
func (p *pipeline) program(ctx context.Context, t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, filepath.Join(root(t), "bin", name), args...)
	cmd.Env = os.Environ()
	for k, v := range p.env {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%s", k, v))
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// Package aggregates holds every aggregate to its recompute from the sources, whatever happens to the sources and to the
// pipeline, and while models are made and rebuilt.
package aggregates

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// patience is for what comes by itself; it is no measure of speed.
const patience = 3 * time.Minute

// rig is a whole stack that the tests of this package share.
type rig struct {
	*stack.Stack
	dir   string
	env   map[string]string
	sides *compare.Sides
}

var shared *rig

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		os.Exit(m.Run())
	}
	os.Exit(withStack(m))
}

// withStack starts one, or takes that in the folder TIDEMARK_TEST_STACK, which stays.
func withStack(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	dir, stays := os.LookupEnv("TIDEMARK_TEST_STACK")
	if !stays {
		tmp, err := os.MkdirTemp("", "tidemark-aggregates-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(tmp)
		dir = filepath.Join(tmp, "stack")
	}
	st, err := stack.Start(ctx, stack.Options{Dir: dir, Ports: "auto", Discard: !stays, Detach: stays})
	if st != nil && !stays {
		defer func() { _ = st.Stop(context.Background()) }()
	}
	if err == nil {
		shared, err = newRig(ctx, st, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "aggregates: start the stack:", err)
		return 1
	}
	defer shared.sides.Close(context.Background())
	return m.Run()
}

func newRig(ctx context.Context, st *stack.Stack, dir string) (*rig, error) {
	env := st.Env()
	sides, err := compare.Open(ctx, compare.Within(env))
	return &rig{Stack: st, dir: dir, env: env, sides: sides}, err
}

// stackOf skips in short mode.
func stackOf(t *testing.T) *rig {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	return shared
}

// sql runs a statement in PostgreSQL.
func (r *rig) sql(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := r.sides.Postgres.Exec(t.Context(), sql, args...)
	require.NoError(t, err, sql)
}

func (r *rig) collection(name string) *mongo.Collection {
	return r.sides.Mongo.Database("shop").Collection(name)
}

// text asks ClickHouse for one value.
func (r *rig) text(t *testing.T, sql string) (out string) {
	t.Helper()
	require.NoError(t, r.sides.ClickHouse.Query(t.Context(), sql, func(row []*string) error {
		if row[0] != nil {
			out = *row[0]
		}
		return nil
	}), sql)
	return out
}

// program prepares one of our programs with the stack's environment.
func (r *rig) program(ctx context.Context, t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	bin, err := filepath.Abs("../../bin")
	require.NoError(t, err)
	cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
	cmd.Env = os.Environ()
	for k, v := range r.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	return cmd
}

// outcomes runs aggregate with --json and gives what it says, line by line.
func (r *rig) outcomes(t *testing.T, args ...string) (out []map[string]any) {
	t.Helper()
	cmd := r.program(t.Context(), t, "aggregate", append(args, "--json")...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	require.NoError(t, err, "aggregate %v: %s", args, text)
	for lines := json.NewDecoder(bytes.NewReader(text)); lines.More(); {
		var line map[string]any
		require.NoError(t, lines.Decode(&line))
		out = append(out, line)
	}
	return out
}

// right waits until ClickHouse holds what the sources hold, and holds every aggregate to its recompute from them.
func (r *rig) right(t *testing.T) {
	t.Helper()
	failures, err := validate.All(t.Context(), validate.Env{Contracts: contracts(t), Sides: r.sides, Wait: patience})
	require.NoError(t, err)
	require.Empty(t, failures)
}

func contracts(t *testing.T) []*contract.Contract {
	t.Helper()
	all, err := contract.Load(os.DirFS("../../schemas/shop"))
	require.NoError(t, err)
	return all
}

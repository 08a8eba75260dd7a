package validate

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// rig is a whole stack that the tests of this package share.
type rig struct {
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
		tmp, err := os.MkdirTemp("", "tidemark-validate-")
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
		shared, err = newRig(ctx, st.Env())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "validate: start the stack:", err)
		return 1
	}
	defer shared.sides.Close(context.Background())
	return m.Run()
}

func newRig(ctx context.Context, env map[string]string) (*rig, error) {
	sides, err := compare.Open(ctx, compare.Within(env))
	return &rig{env: env, sides: sides}, err
}

// stackOf skips in short mode.
func stackOf(t *testing.T) *rig {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	return shared
}

func (r *rig) brokers() []string { return strings.Split(r.env["TIDEMARK_KAFKA_BROKERS"], ",") }

// do runs a statement in ClickHouse.
func (r *rig) do(t *testing.T, sql string) {
	t.Helper()
	require.NoError(t, r.sides.ClickHouse.Query(t.Context(), sql, func([]*string) error { return nil }), sql)
}

// shop lets the shop work and gives what it says that it wrote.
func (r *rig) shop(t *testing.T, args ...string) map[string]map[string]int64 {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), filepath.Join(root, "bin", "shop"), append([]string{"run", "--json"}, args...)...)
	cmd.Env = os.Environ()
	for k, v := range r.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var summary struct {
		Tables map[string]map[string]int64 `json:"tables"`
	}
	require.NoError(t, json.Unmarshal(out, &summary))
	return summary.Tables
}

func shopContracts(t *testing.T) []*contract.Contract {
	t.Helper()
	all, err := contract.Load(os.DirFS("../../schemas/shop"))
	require.NoError(t, err)
	return all
}

// validators names what a set of failures is of.
func validatorsOf(failures []Failure) (names []string) {
	for _, f := range failures {
		names = append(names, f.Validator)
	}
	return names
}

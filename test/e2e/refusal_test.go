package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// refusal is a start that must fail: one message that says what to do, an exit code,
// no stack trace.
type refusal struct {
	program string
	args    []string
	env     map[string]string
	says    []string // each of them, in any order
}

func (r refusal) check(t *testing.T, p *pipeline) {
	t.Helper()
	cmd := p.program(t.Context(), t, r.program, r.args...)
	for k, v := range r.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "it must fail; it said:\n%s", out)
	require.Positive(t, exit.ExitCode())
	text := string(out)
	require.NotContains(t, text, "goroutine ", "no stack trace")
	for _, word := range r.says {
		require.Contains(t, strings.ToLower(text), strings.ToLower(word), text)
	}
	require.LessOrEqual(t, strings.Count(text, `"level":"ERROR"`), 1, "one message:\n%s", text)
}

// captureWith writes a config of one PostgreSQL source.
func captureWith(t *testing.T, p *pipeline, url, publication string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "capture.yaml")
	text := "contracts: " + pgContracts(t) + "\nkafka: {brokers: [\"" + p.env["TIDEMARK_KAFKA_BROKERS"] + "\"]}\nhttp: 127.0.0.1:0\nsources:\n  pg: {kind: postgresql, url: \"" +
		url + "\", publication: " + publication + ", slot: refused}\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return []string{"run", "--config", path}
}

// pgContracts is a folder of those of the shop's contracts that are PostgreSQL's.
func pgContracts(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"transactions.yaml", "deliveries.yaml", "returns.yaml"} {
		text, err := os.ReadFile(filepath.Join(root(t), "schemas", "shop", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	return dir
}

func TestRefusalsOfCapture(t *testing.T) {
	_, p := stackOf(t)
	good := p.env["TIDEMARK_POSTGRES_URL"]
	cfg, err := pgx.ParseConfig(good)
	require.NoError(t, err)
	wrong := strings.Replace(good, cfg.Password, "wrong", 1)
	require.NotEqual(t, good, wrong)
	for name, r := range map[string]refusal{
		"wrong password":      {args: captureWith(t, p, wrong, "tidemark"), says: []string{"password"}},
		"missing publication": {args: captureWith(t, p, good, "nosuch"), says: []string{"nosuch", "CREATE PUBLICATION"}},
		"unreachable broker":  {args: captureWith(t, p, good, "tidemark"), env: map[string]string{"TIDEMARK_KAFKA_BROKERS": closedPort(t)}, says: []string{"broker"}},
	} {
		r.program = "capture"
		t.Run(name, func(t *testing.T) { r.check(t, p) })
	}
	require.NotContains(t, p.logOf(t, "capture"), cfg.Password, "no secrets in logs")
}

func TestRefusalsOfSink(t *testing.T) {
	_, p := stackOf(t)
	config := filepath.Join(p.dir, "stack", "sink.yaml")
	for name, r := range map[string]refusal{
		"wrong password":         {args: []string{"migrate", "--config", config}, env: map[string]string{"TIDEMARK_CLICKHOUSE_PASSWORD": "wrong"}, says: []string{"password"}},
		"unreachable ClickHouse": {args: []string{"migrate", "--config", config}, env: map[string]string{"TIDEMARK_CLICKHOUSE_ADDR": closedPort(t)}, says: []string{"clickhouse"}},
		"unreachable broker":     {args: []string{"run", "--config", config, "--http", "127.0.0.1:0"}, env: map[string]string{"TIDEMARK_KAFKA_BROKERS": closedPort(t)}, says: []string{"broker"}},
	} {
		r.program = "sink"
		t.Run(name, func(t *testing.T) { r.check(t, p) })
	}
}

// A server that keeps too little in its log must be refused before anything starts.
func TestRefusesWalLevelReplica(t *testing.T) {
	ctx, p := stackOf(t)
	st, err := stack.Start(ctx, stack.Options{Dir: filepath.Join(t.TempDir(), "stack"), Ports: "auto", Only: []string{"postgres"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, st.Stop(t.Context())) }()
	url := st.Env()["TIDEMARK_POSTGRES_URL"]
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, "ALTER SYSTEM SET wal_level = replica")
	require.NoError(t, err)
	require.NoError(t, conn.Close(ctx))
	require.NoError(t, st.Restart(ctx, "postgres"))
	refusal{program: "capture", args: captureWith(t, p, url, "tidemark"),
		says: []string{"wal_level", "ALTER SYSTEM SET wal_level"}}.check(t, p)
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func (p *pipeline) logOf(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "stack", "logs", name+".log"))
	require.NoError(t, err)
	return string(text)
}

package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func open(t *testing.T, dir, ports string) *Site {
	t.Helper()
	s, err := Open(Options{Dir: dir, Ports: ports})
	require.NoError(t, err)
	return s
}

func TestTheEnvironmentIsAnInterface(t *testing.T) {
	s := open(t, t.TempDir(), "postgres=1,mongo=2,kafka=3,clickhouse=4,clickhouse-http=5,capture=6,sink=7,superset=8")
	s.Secrets = Secrets{Postgres: "p", Mongo: "m", ClickHouse: "c", BI: "b", PostgresReconcile: "pr", ClickHouseReconcile: "cr", ClickHouseDags: "cd",
		SupersetAdmin: "d", SupersetAnalyst: "a"}
	require.Equal(t, []Var{
		{"TIDEMARK_POSTGRES_URL", "postgres://tidemark:p@127.0.0.1:1/shop?sslmode=disable"},
		{"TIDEMARK_MONGO_URL", "mongodb://tidemark:m@127.0.0.1:2/?replicaSet=secantus&authSource=admin&heartbeatFrequencyMS=1000"},
		{"TIDEMARK_KAFKA_BROKERS", "127.0.0.1:3"},
		{"TIDEMARK_CLICKHOUSE_HTTP_URL", "http://127.0.0.1:5"},
		{"TIDEMARK_CLICKHOUSE_ADDR", "127.0.0.1:4"},
		{"TIDEMARK_CLICKHOUSE_USER", "tidemark"},
		{"TIDEMARK_CLICKHOUSE_PASSWORD", "c"},
		{"TIDEMARK_CLICKHOUSE_BI_PASSWORD", "b"},
		{"TIDEMARK_RECONCILE_POSTGRES_URL", "postgres://reconcile:pr@127.0.0.1:1/shop?sslmode=disable"},
		{"TIDEMARK_RECONCILE_CLICKHOUSE_USER", "reconcile"},
		{"TIDEMARK_RECONCILE_CLICKHOUSE_PASSWORD", "cr"},
		{"TIDEMARK_DAGS_CLICKHOUSE_USER", "dags"},
		{"TIDEMARK_DAGS_CLICKHOUSE_PASSWORD", "cd"},
		{"TIDEMARK_CAPTURE_URL", "http://127.0.0.1:6"},
		{"TIDEMARK_SINK_URL", "http://127.0.0.1:7"},
		{"TIDEMARK_SUPERSET_URL", "http://127.0.0.1:8"},
		{"TIDEMARK_SUPERSET_ADMIN_PASSWORD", "d"},
		{"TIDEMARK_SUPERSET_ANALYST_PASSWORD", "a"},
	}, s.Env())
}

func TestTheSocketURLNamesTheSocket(t *testing.T) {
	s := open(t, t.TempDir(), "")
	c, err := pgx.ParseConfig(s.PostgresSocketURL("capture", "secret", "shop"))
	require.NoError(t, err)
	require.Equal(t, s.SocketDir(), c.Host)
	require.Equal(t, uint16(15432), c.Port)
	require.Equal(t, "capture", c.User)
	require.Equal(t, "shop", c.Database)
}

func TestPasswordsAreMadeOnceAndPrivate(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, "").Secrets
	require.NotEqual(t, first.Postgres, first.Capture)
	require.Len(t, first.Mongo, 24)
	require.Equal(t, first, open(t, dir, "").Secrets)
	info, err := os.Stat(filepath.Join(dir, "secrets.env"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestAMissingPasswordIsAddedAndTheOthersStay(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secrets.env"), []byte("POSTGRES_PASSWORD=kept\n"), 0o600))
	s := open(t, dir, "").Secrets
	require.Equal(t, "kept", s.Postgres)
	require.NotEmpty(t, s.BI)
	require.Equal(t, s, open(t, dir, "").Secrets)
}

func TestChosenPortsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, "postgres=25432")
	require.NoError(t, s.Ports.Save())
	s = open(t, dir, "")
	require.Equal(t, "127.0.0.1:25432", s.Ports.Addr(Postgres))
	require.Equal(t, "127.0.0.1:19092", s.Ports.Addr(Kafka), "the others are the standard ones")
}

func TestAutoChoosesNothingByItself(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, "auto")
	require.Empty(t, s.Ports.Number)
	require.NoError(t, s.Ports.Save())
	require.True(t, open(t, dir, "").Ports.Auto)
}

func TestWrongPortsAreRefused(t *testing.T) {
	for _, wish := range []string{"postgres", "postgres=", "postgres=0", "postgres=65536", "oracle=1", "postgres=1,x"} {
		_, err := Open(Options{Dir: t.TempDir(), Ports: wish})
		require.ErrorContains(t, err, "name=number", wish)
	}
}

func TestContractsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, "")
	require.Equal(t, s.ShopContracts(), s.Contracts)
	_, err := s.With(s.Ports, "/other/contracts")
	require.NoError(t, err)
	require.Equal(t, s.ShopContracts(), s.Contracts, "who holds the old site keeps it")
	require.Equal(t, "/other/contracts", open(t, dir, "").Contracts)
}

func TestReachable(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "closed", "inner"), 0o755))
	require.NoError(t, os.Chmod(filepath.Join(dir, "closed"), 0o700))
	require.False(t, Reachable(filepath.Join(dir, "closed", "inner")))
	require.False(t, Reachable(filepath.Join(dir, "closed", "missing")))
	require.True(t, Reachable("/usr/bin"))
}

func TestASocketsPathFits(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), strings.Repeat("long", 30)), "")
	require.LessOrEqual(t, len(s.SocketDir()), 107-len("/.s.PGSQL.65535.lock"))
}

func TestAFolderOfSomebodyElseIsRefused(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(t.TempDir(), link))
	require.ErrorContains(t, MakeAside(link), "not ours")
	require.NoError(t, MakeAside(filepath.Join(t.TempDir(), "new")))
}

package stack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/compose/local/control"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

// servers are the parts that are not ours.
var servers = []string{"postgres", "kafka", "mongo", "clickhouse"}

// TestMain: with this variable the test program starts a stack of one part and waits to be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("STACK_TEST_OWNER"); dir != "" {
		_, err := Start(context.Background(), Options{
			Dir: dir, Ports: "auto", Only: []string{"postgres"}, Discard: os.Getenv("STACK_TEST_DISCARD") != "",
		})
		fmt.Println("started:", err)
		select {}
	}
	os.Exit(m.Run())
}

func run(t *testing.T, o Options) *Stack {
	t.Helper()
	if testing.Short() {
		t.Skip("starts real servers")
	}
	o.Ports, o.Progress = "auto", t.Output()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	st, err := Start(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, st.Stop(context.Background()))
		require.NoError(t, st.Wipe())
		require.NoDirExists(t, st.Site.Aside())
	})
	return st
}

// Both stacks take all parts on ports that they choose while the other one does.
func TestTwoStacksRunSideBySide(t *testing.T) {
	var both sync.WaitGroup
	for i := range 2 {
		both.Go(func() {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				st := run(t, Options{Dir: t.TempDir(), Only: servers})
				pingAll(t, st.Env())
			})
		})
	}
	both.Wait()
}

func pingAll(t *testing.T, env map[string]string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pg, err := pgx.Connect(ctx, env["TIDEMARK_POSTGRES_URL"])
	require.NoError(t, err)
	defer pg.Close(ctx)
	var level, database string
	require.NoError(t, pg.QueryRow(ctx, "select current_setting('wal_level'), current_database()").Scan(&level, &database))
	require.Equal(t, "logical shop", level+" "+database)

	client := &kafka.Client{Addr: kafka.TCP(env["TIDEMARK_KAFKA_BROKERS"])}
	made, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: "t", NumPartitions: 1, ReplicationFactor: 1}}})
	require.NoError(t, err)
	require.NoError(t, made.Errors["t"])

	docs, err := mongo.Connect(options.Client().ApplyURI(env["TIDEMARK_MONGO_URL"]))
	require.NoError(t, err)
	defer docs.Disconnect(ctx)
	_, err = docs.Database("shop").Collection("users").InsertOne(ctx, bson.D{{Key: "name", Value: "x"}})
	require.NoError(t, err)

	url := env["TIDEMARK_CLICKHOUSE_HTTP_URL"]
	require.Equal(t, "tidemark\n", clickhouse(t, url, "tidemark", env["TIDEMARK_CLICKHOUSE_PASSWORD"], "SELECT currentUser()"))
	clickhouse(t, url, "tidemark", env["TIDEMARK_CLICKHOUSE_PASSWORD"], "CREATE DATABASE shop")
	clickhouse(t, url, "tidemark", env["TIDEMARK_CLICKHOUSE_PASSWORD"], "CREATE TABLE shop.k (k UInt8, v UInt8) ENGINE = EmbeddedRocksDB PRIMARY KEY k")
	require.Equal(t, "0\n", clickhouse(t, url, "bi", env["TIDEMARK_CLICKHOUSE_BI_PASSWORD"], "SELECT count() FROM shop.k"))
	require.Contains(t, clickhouse(t, url, "bi", env["TIDEMARK_CLICKHOUSE_BI_PASSWORD"], "INSERT INTO shop.k VALUES (1, 1)"), "Not enough privileges")
	require.Contains(t, clickhouse(t, url, "default", "", "SELECT 1"), "SESSION_LIMIT", "the user without a password is closed")
}

func clickhouse(t *testing.T, url, user, password, sql string) string {
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(sql))
	require.NoError(t, err)
	req.SetBasicAuth(user, password)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(text)
}

func TestAStackIsKilledRestartedAndStoppedInItsDir(t *testing.T) {
	dir := t.TempDir()
	st := run(t, Options{Dir: dir, Only: []string{"postgres", "clickhouse"}})
	ctx := context.Background()
	require.False(t, st.WasRunning())

	before := pids(t, st)
	require.NoError(t, st.Kill(ctx, "clickhouse", syscall.SIGKILL))
	require.Eventually(t, func() bool {
		parts, err := st.Status(ctx)
		return err == nil && parts[1].State == supervise.Ready && parts[1].PID != before["clickhouse"] && parts[1].Restarts == 1
	}, time.Minute, 20*time.Millisecond)
	require.NoError(t, st.Restart(ctx, "postgres"))
	require.NotEqual(t, before["postgres"], pids(t, st)["postgres"])

	again, err := Start(ctx, Options{Dir: dir, Only: []string{"clickhouse"}})
	require.NoError(t, err)
	require.True(t, again.WasRunning())
	require.Equal(t, st.Env(), again.Env())

	require.NoError(t, st.Stop(ctx))
	require.Empty(t, processesOf(dir))
	_, err = st.Status(ctx)
	require.ErrorIs(t, err, control.ErrDown)
	require.NoError(t, st.Stop(ctx), "stopping what is down is no error")
}

func pids(t *testing.T, st *Stack) map[string]int {
	parts, err := st.Status(context.Background())
	require.NoError(t, err)
	out := map[string]int{}
	for _, p := range parts {
		out[p.Name] = p.PID
	}
	return out
}

func TestAStackVanishesWithItsOwner(t *testing.T) {
	t.Setenv("STACK_TEST_DISCARD", "1")
	var aside string
	dir := ownedStack(t, func(owner *exec.Cmd, dir string) {
		st, err := Attach(Options{Dir: dir})
		require.NoError(t, err)
		aside = st.Site.Aside()
		require.NoError(t, owner.Process.Kill())
	})
	require.Eventually(t, func() bool { return len(processesOf(dir)) == 0 }, time.Minute, 20*time.Millisecond)
	require.NoDirExists(t, aside)
	require.NoDirExists(t, filepath.Join(dir, "data"))
}

func TestKillingTheSupervisorLeavesNothing(t *testing.T) {
	dir := ownedStack(t, func(_ *exec.Cmd, dir string) {
		text, err := os.ReadFile(filepath.Join(dir, "supervisor.pid"))
		require.NoError(t, err)
		var pid int
		_, err = fmt.Sscan(string(text), &pid)
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	})
	require.Eventually(t, func() bool { return len(processesOf(dir)) == 0 }, time.Minute, 20*time.Millisecond)
	st := run(t, Options{Dir: dir, Only: []string{"postgres"}}) // and the next start finds its ports free and its data whole
	require.NotEmpty(t, pids(t, st))
}

// ownedStack starts a stack from another process, which is ended with the test.
func ownedStack(t *testing.T, then func(owner *exec.Cmd, dir string)) (dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts real servers")
	}
	dir = t.TempDir()
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), "STACK_TEST_OWNER="+dir)
	out, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	t.Cleanup(func() {
		_ = owner.Process.Kill()
		_ = owner.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "started: <nil>\n", line)
	require.NotEmpty(t, processesOf(dir))
	then(owner, dir)
	return dir
}

// processesOf lists the commands that name the stack's folder and still run. The test's own children are in sessions of
// their own, so nothing else finds them.
func processesOf(dir string) (found []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err == nil && strings.Contains(string(text), dir) {
			found = append(found, string(text))
		}
	}
	return found
}

func TestAPartThatCannotStartIsAnError(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real servers")
	}
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data", "clickhouse", "config.xml"), 0o755)) // refused by the launcher
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	st, err := Start(ctx, Options{Dir: dir, Ports: "auto", Only: []string{"clickhouse"}, Discard: true, Progress: t.Output()})
	require.ErrorContains(t, err, "clickhouse does not start")
	require.ErrorContains(t, err, "clickhouse.log")
	require.NoError(t, st.Stop(context.Background()))
}

func TestAnUnknownPartIsRefusedBeforeAnythingStarts(t *testing.T) {
	dir := t.TempDir()
	_, err := Start(context.Background(), Options{Dir: dir, Ports: "auto", Only: []string{"oracle"}})
	require.ErrorContains(t, err, "oracle")
	st, err := Attach(Options{Dir: dir})
	require.NoError(t, err)
	_, err = st.Status(context.Background())
	require.True(t, errors.Is(err, control.ErrDown))
}

// Package mongotest gives tests a server that speaks MongoDB's protocol: the one at TIDEMARK_MONGO_URL, or one that is
// started for the test process from the local stack's parts. Tests are skipped where there is neither.
package mongotest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

var started = sync.OnceValues(start)

// URL is the server's.
func URL(t testing.TB) string {
	t.Helper()
	if url := os.Getenv("TIDEMARK_MONGO_URL"); url != "" {
		return url
	}
	url, err := started()
	require.NoError(t, err)
	if url == "" {
		t.Skip("no MongoDB: set TIDEMARK_MONGO_URL, or fetch the local stack's parts")
	}
	return url
}

// Client is a client of the server.
func Client(t testing.TB) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(URL(t)).SetHeartbeatInterval(time.Second))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

// Database is a new, empty database that is dropped when the test ends. Its collections keep pre-images when images is set.
func Database(t testing.TB, images bool, collections ...string) *mongo.Database {
	t.Helper()
	db := Client(t).Database(fmt.Sprintf("t%d", time.Now().UnixNano()))
	for _, c := range collections {
		create := bson.D{{Key: "create", Value: c}}
		if images {
			create = append(create, bson.E{Key: "changeStreamPreAndPostImages", Value: bson.D{{Key: "enabled", Value: true}}})
		}
		require.NoError(t, db.RunCommand(t.Context(), create).Err())
	}
	t.Cleanup(func() { _ = db.Drop(context.Background()) })
	return db
}

// binary finds the server's program below the repository's .local folder.
func binary() string {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err != nil {
			continue
		}
		found, _ := filepath.Glob(filepath.Join(dir, ".local/parts/mongo-*/venv/bin/secantusd-py"))
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return ""
}

// prefix of the servers' folders; the process id of the test that made one follows.
const prefix = "tidemark-mongo-"

// sweep removes the folders of tests that are over: a server outlives each test, so no test can remove its own.
func sweep() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, dir := range found {
		var pid int
		if n, _ := fmt.Sscanf(filepath.Base(dir), prefix+"%d-", &pid); n == 1 && syscall.Kill(pid, 0) != nil {
			_ = os.RemoveAll(dir)
		}
	}
}

// start runs a server for as long as this process lives.
func start() (string, error) {
	program := binary()
	if program == "" {
		return "", nil
	}
	sweep()
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	if err != nil {
		return "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command(program, "--host", "127.0.0.1", "--port", fmt.Sprint(port), "--storage-path", filepath.Join(dir, "db"),
		"--cache-size", "256M", "--sync-on-commit", "--enable-test-commands", "--noop-heartbeat-seconds", "1",
		"--oplog-max-entries", "50000000", "--oplog-retention-seconds", "31536000")
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	url := fmt.Sprintf("mongodb://127.0.0.1:%d/?replicaSet=secantus", port)
	return url, await(url)
}

func await(url string) error {
	client, err := mongo.Connect(options.Client().ApplyURI(url).SetHeartbeatInterval(500 * time.Millisecond))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	defer client.Disconnect(ctx)
	return client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Err()
}

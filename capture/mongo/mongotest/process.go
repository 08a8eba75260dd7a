package mongotest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Server is a server of a test's own, which may be killed and started again over the same data.
type Server struct {
	URL string
	// Data is the folder of its database; it may be copied and put back while the server is down.
	Data string

	program, dir string
	port         int
	extra        []string
	process      *exec.Cmd
}

// Own starts a server that only this test uses. args come behind the usual ones and so win over them. The test is skipped
// where there is no program to start.
func Own(t testing.TB, args ...string) *Server {
	t.Helper()
	program := binary()
	if program == "" {
		t.Skip("no MongoDB to start: fetch the local stack's parts")
	}
	s, err := prepare(program, t.TempDir(), args)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { s.Kill() })
	return s
}

// prepare chooses the port, which stays the server's over its restarts.
func prepare(program, dir string, args []string) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	return &Server{program: program, dir: dir, port: port, extra: args, Data: filepath.Join(dir, "db"),
		URL: fmt.Sprintf("mongodb://127.0.0.1:%d/?replicaSet=secantus", port)}, nil
}

// Start starts the server over its data and waits until it answers.
func (s *Server) Start() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"--host", "127.0.0.1", "--port", fmt.Sprint(s.port), "--storage-path", s.Data,
		"--cache-size", "256M", "--sync-on-commit", "--enable-test-commands", "--noop-heartbeat-seconds", "1",
		"--oplog-max-entries", "50000000", "--oplog-retention-seconds", "31536000"}
	s.process = exec.Command(s.program, append(args, s.extra...)...)
	s.process.Stdout, s.process.Stderr, s.process.Dir = log, log, s.dir
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.process.Start(); err != nil {
		return err
	}
	return await(s.URL)
}

// Kill ends the server by kill -9 and waits until it is gone.
func (s *Server) Kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// Signal sends the server a signal, such as SIGSTOP.
func (s *Server) Signal(sig syscall.Signal) error { return s.process.Process.Signal(sig) }

// Client is a client of the server.
func (s *Server) Client(t testing.TB) *mongo.Client {
	t.Helper()
	return dial(t, s.URL)
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

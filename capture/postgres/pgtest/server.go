// Package pgtest gives tests a real PostgreSQL: the installed one, started in a temporary folder, or that of TIDEMARK_TEST_POSTGRES_URL
// (a superuser's).
package pgtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Server is a running PostgreSQL.
type Server struct {
	// URL is a superuser's, for database postgres; %s in it stands for the database's name.
	URL     string
	dir     string
	process *exec.Cmd
}

var (
	once   sync.Once
	shared *Server
	failed error
)

// Main runs a package's tests and stops the server that they shared.
func Main(m *testing.M) {
	code := m.Run()
	if shared != nil {
		shared.stop()
	}
	os.Exit(code)
}

func server(t testing.TB) *Server {
	once.Do(func() { shared, failed = begin() })
	if failed != nil && os.IsNotExist(failed) {
		t.Skip("no PostgreSQL is installed")
	}
	require.NoError(t, failed)
	return shared
}

const configuration = `
listen_addresses = '127.0.0.1'
wal_level = logical
fsync = off
max_wal_senders = 20
max_replication_slots = 20
log_min_messages = warning
ssl = on
`

func begin() (*Server, error) {
	if url := os.Getenv("TIDEMARK_TEST_POSTGRES_URL"); url != "" {
		return &Server{URL: url}, nil
	}
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	as, err := s.account()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr = as
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	conf := configuration + fmt.Sprintf("port = %d\nunix_socket_directories = '%s'\n", port, dir)
	if err := appendFile(filepath.Join(data, "postgresql.conf"), conf); err != nil {
		return nil, err
	}
	if err := certify(data); err != nil {
		return nil, err
	}
	if err := prepend(filepath.Join(data, "pg_hba.conf"), "host all "+Scram+" all scram-sha-256\n"); err != nil {
		return nil, err
	}
	s.process = exec.Command(filepath.Join(bin, "postgres"), "-D", data)
	s.process.SysProcAttr = as
	s.process.Stderr, _ = os.Create(filepath.Join(dir, "log"))
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	s.URL = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%%s?sslmode=disable", port)
	return s, waitFor(port)
}

func (s *Server) stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGQUIT)
	_ = s.process.Wait()
	_ = os.RemoveAll(s.dir)
}

// account is who runs the server: it refuses to be root.
func (s *Server) account() (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, os.Chown(s.dir, uid, gid)
}

func binaries() (string, error) {
	if dir := os.Getenv("TIDEMARK_TEST_POSTGRES_BIN"); dir != "" {
		return dir, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", os.ErrNotExist
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func waitFor(port int) error {
	for range 200 {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("PostgreSQL does not listen on port %d", port)
}

func prepend(name, text string) error {
	rest, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, append([]byte(text), rest...), 0o600)
}

func appendFile(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}

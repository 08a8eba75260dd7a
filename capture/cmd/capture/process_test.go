package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/postgres/pgtest"
	"github.com/tidemark-cdc/tidemark/capture/serve"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

const asProgram = "TIDEMARK_TEST_AS_PROGRAM"

// TestMain lets this binary be the program itself, so that tests can kill and stop real processes.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	pgtest.Main(m)
}

// site is a broker, a database and a configuration.
type site struct {
	t       testing.TB
	db      *pgtest.Database
	brokers string
	mongo   string
	config  string
}

// newSite starts real parts of the stack and configures one source.
func newSite(t testing.TB, parts []string, contract string, source func(mongo string) string) *site {
	if testing.Short() {
		t.Skip("starts servers")
	}
	st, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), Ports: "auto", Only: parts})
	if err != nil {
		t.Skipf("no local parts: %v", err)
	}
	t.Cleanup(func() { _ = st.Stop(context.Background()) })
	s := &site{t: t, brokers: st.Env()["TIDEMARK_KAFKA_BROKERS"], mongo: st.Env()["TIDEMARK_MONGO_URL"]}
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "contracts"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "contracts", "ledger.yaml"), []byte(contract), 0o600))
	s.config = filepath.Join(dir, "capture.yaml")
	text := fmt.Sprintf("contracts: %s\nkafka: {brokers: [%q], partitions: 2}\nsources:\n  %s\n", filepath.Join(dir, "contracts"), s.brokers, source(s.mongo))
	require.NoError(t, os.WriteFile(s.config, []byte(text), 0o600))
	return s
}

const ledgerContract = `{contract: 1, source: pg, table: public.ledger, target: shop.ledger, key: [id], columns: [{name: id, type: integer}, {name: n, type: integer}]}`

// ledger is a site with a table of PostgreSQL.
func ledger(t testing.TB) *site {
	db := pgtest.New(t, "CREATE TABLE ledger (id int PRIMARY KEY, n int)", "ALTER TABLE ledger REPLICA IDENTITY FULL", "CREATE PUBLICATION tidemark FOR TABLE ledger")
	s := newSite(t, []string{"kafka"}, ledgerContract, func(string) string {
		return fmt.Sprintf("pg: {kind: postgresql, url: %q, slot: %s, heartbeat: 1s}", db.URL, db.Name)
	})
	s.db = db
	return s
}

// process is a capture that runs.
type process struct {
	*exec.Cmd
	t    testing.TB
	http string
	log  string
	done chan struct{}
}

// capture starts the program.
func (s *site) capture() *process {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(s.t, err)
	p := &process{t: s.t, http: l.Addr().String(), done: make(chan struct{})}
	require.NoError(s.t, l.Close())
	self, err := os.Executable()
	require.NoError(s.t, err)
	p.Cmd = exec.Command(self, "run", "-c", s.config, "--http", p.http, "--log-format", "text")
	p.Env = append(os.Environ(), asProgram+"=1")
	file, err := os.CreateTemp(s.t.TempDir(), "log")
	require.NoError(s.t, err)
	p.log, p.Stderr = file.Name(), file
	require.NoError(s.t, p.Start())
	go func() { _ = p.Wait(); close(p.done) }()
	s.t.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Process.Signal(syscall.SIGCONT)
		<-p.done
		if s.t.Failed() {
			text, _ := os.ReadFile(p.log)
			s.t.Logf("capture %d:\n%s", p.Process.Pid, text)
		}
	})
	return p
}

// phase waits until the program's one source is in a phase.
func (p *process) phase(want serve.Phase) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return p.state().Phase == want }, 60*time.Second, 20*time.Millisecond, want)
}

func (p *process) state() serve.State {
	var all []serve.State
	client := http.Client{Timeout: time.Second}
	r, err := client.Get("http://" + p.http + "/status")
	if err != nil {
		return serve.State{}
	}
	defer r.Body.Close()
	if json.NewDecoder(r.Body).Decode(&all) != nil || len(all) == 0 {
		return serve.State{}
	}
	return all[0]
}

// exit waits until the program has ended and gives its exit code and what it logged.
func (p *process) exit() (int, string) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(60 * time.Second):
		require.FailNow(p.t, "the program does not end")
	}
	text, err := os.ReadFile(p.log)
	require.NoError(p.t, err)
	return p.ProcessState.ExitCode(), string(text)
}

func (p *process) signal(s syscall.Signal) { require.NoError(p.t, p.Process.Signal(s)) }

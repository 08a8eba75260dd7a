package mongo

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

	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/serve"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// program is a running `capture run`.
type program struct {
	t     testing.TB
	cmd   *exec.Cmd
	http  string
	ended chan struct{}
}

// state is what the program says of its one source; the zero State while it does not answer.
func (p *program) state() serve.State {
	client := http.Client{Timeout: time.Second}
	r, err := client.Get("http://" + p.http + "/status")
	if err != nil {
		return serve.State{}
	}
	defer r.Body.Close()
	var all []serve.State
	if json.NewDecoder(r.Body).Decode(&all) != nil || len(all) != 1 {
		return serve.State{}
	}
	return all[0]
}

// await waits until the source is in the phase.
func (p *program) await(phase serve.Phase) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		select {
		case <-p.ended:
			p.t.Fatalf("capture ended: %s", p.cmd.ProcessState)
		default:
		}
		return p.state().Phase == phase
	}, 2*time.Minute, 20*time.Millisecond, "want %s", phase)
}

// pair starts captures of one source as an operator does.
type pair struct {
	r       *rig
	program string
	n       int
}

func newPair(r *rig) *pair {
	p := &pair{r: r, program: filepath.Join(r.t.TempDir(), "capture")}
	out, err := exec.Command("go", "build", "-o", p.program, "../cmd/capture").CombinedOutput()
	require.NoError(r.t, err, string(out))
	return p
}

func (p *pair) start() *program {
	t := p.r.t
	p.n++
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	require.NoError(t, os.Mkdir(filepath.Join(dir, "contracts"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "contracts", "a.yaml"), contractOf(p.r.db.Name(), "a"), 0o644))
	file := filepath.Join(dir, "capture.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "contracts: %s\nkafka: {brokers: [%q], partitions: 3}\nhttp: %s\nsources:\n  mongo: {kind: mongodb, url: %q}\n",
		filepath.Join(dir, "contracts"), p.r.brokers[0], addr, p.r.cfg.URL), 0o644))
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	cmd := exec.Command(p.program, "run", "-c", file)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	out := &program{t: t, cmd: cmd, http: addr, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(out.ended)
	}()
	name := fmt.Sprint("capture ", p.n)
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-out.ended
		if text, _ := os.ReadFile(log.Name()); t.Failed() {
			t.Log(name, "\n", string(text))
		}
	})
	return out
}

// TestAStandbyTakesOver runs two captures of one source: one kills the first, one stops it without a word and wakes it after
// the other took over. Never do two of them write at once.
func TestAStandbyTakesOver(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a broker")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	st, err := stack.Start(ctx, stack.Options{Dir: t.TempDir(), Ports: "auto", Only: []string{"kafka"}})
	if err != nil {
		t.Skipf("no local broker: %v", err)
	}
	t.Cleanup(func() { _ = st.Stop(context.Background()) })
	r := rigOn(t, mongotest.Own(t), true, "a")
	r.brokers = []string{st.Env()["TIDEMARK_KAFKA_BROKERS"]}
	both := newPair(r)
	first := both.start()
	first.await(serve.Running)
	require.Eventually(t, func() bool { return first.state().Complete }, time.Minute, 50*time.Millisecond) // from here on each write has a record of its own
	second := both.start()
	second.await(serve.Standby)
	j := r.keep("a", 3)
	j.more(t, 100)
	require.Equal(t, serve.Running, first.state().Phase, "a standby takes nothing from a capture that works")

	struck := time.Now()
	require.NoError(t, first.cmd.Process.Kill())
	second.await(serve.Running)
	t.Logf("took over %s after kill -9", time.Since(struck).Round(100*time.Millisecond))
	j.more(t, 100)

	third := both.start()
	third.await(serve.Standby)
	j.more(t, 50)
	struck = time.Now()
	require.NoError(t, second.cmd.Process.Signal(syscall.SIGSTOP))
	third.await(serve.Running)
	t.Logf("took over %s after SIGSTOP", time.Since(struck).Round(100*time.Millisecond))
	j.more(t, 100)
	require.NoError(t, second.cmd.Process.Signal(syscall.SIGCONT))
	select {
	case <-second.ended:
	case <-ctx.Done():
		t.Fatal("the capture that was stopped goes on beside the other")
	}
	require.Equal(t, 6, second.cmd.ProcessState.ExitCode(), "another capture of the source took over")
	j.more(t, 100)
	j.stop()
	r.await(third)
	require.NoError(t, third.cmd.Process.Signal(syscall.SIGTERM))
	<-third.ended
	require.Zero(t, third.cmd.ProcessState.ExitCode())

	j.requireEvery(r, "a")
	r.requireSame("a")
	r.requireTurns("a", 2)
}

// await waits until the program has confirmed all that the server wrote.
func (r *rig) await(p *program) {
	r.t.Helper()
	want := r.written()
	require.Eventually(r.t, func() bool {
		at, err := position.Parse(p.state().Confirmed)
		return err == nil && at.Commit >= want
	}, 2*time.Minute, 50*time.Millisecond)
}

// requireTurns holds that captures wrote one after the other: a partition's positions rise, and go back at most once for
// each take-over, where the one that took over begins to send again.
func (r *rig) requireTurns(collection string, takeovers int) {
	r.t.Helper()
	for p := range 3 {
		var last position.Position
		back := 0
		for _, rec := range r.read(r.topic(collection), p) {
			if rec.header == nil || rec.header.Version.IsZero() {
				continue
			}
			if rec.header.Version.Before(last) {
				back++
			}
			last = rec.header.Version
		}
		require.LessOrEqual(r.t, back, takeovers, "partition %d: two captures wrote at once", p)
	}
}

package process

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain: with this variable the test program is a parent that starts a child and waits to be killed.
func TestMain(m *testing.M) {
	if log := os.Getenv("PROCESS_TEST_PARENT"); log != "" {
		p, err := Start(Spec{Args: []string{"sleep", "1000"}, Log: log, Stop: syscall.SIGTERM, Death: syscall.SIGKILL})
		if err != nil {
			panic(err)
		}
		os.Stdout.WriteString(strconv.Itoa(p.PID) + "\n")
		select {}
	}
	os.Exit(m.Run())
}

func TestAChildDiesWithAKilledParent(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "PROCESS_TEST_PARENT="+filepath.Join(t.TempDir(), "log"))
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	require.True(t, alive(child))

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	require.Eventually(t, func() bool { return !alive(child) }, 10*time.Second, 10*time.Millisecond)
}

func TestEndKillsWhatDoesNotListenAndWhatItStarted(t *testing.T) {
	dir := t.TempDir()
	script := `trap "" TERM; sleep 1000 & echo $! > ` + dir + `/child; echo up; while :; do sleep 1; done`
	p := start(t, dir, 200*time.Millisecond, "sh", "-c", script)
	var child int
	require.Eventually(t, func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "child"))
		child, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return child > 0
	}, 10*time.Second, 10*time.Millisecond)
	p.End()
	require.False(t, alive(p.PID))
	require.Eventually(t, func() bool { return !alive(child) }, 10*time.Second, 10*time.Millisecond)
}

func TestOutputIsAppendedToTheLog(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		p := start(t, dir, time.Second, "echo", "hello")
		<-p.Done
		require.ErrorContains(t, p.Err(), "ended by itself")
	}
	text, err := os.ReadFile(filepath.Join(dir, "log"))
	require.NoError(t, err)
	require.Equal(t, "hello\nhello\n", string(text))
}

func TestRunSaysWhatTheCommandPrinted(t *testing.T) {
	err := Run(context.Background(), Spec{Args: []string{"sh", "-c", "echo first; echo the reason >&2; exit 3"}})
	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "the reason")
	require.Error(t, Run(context.Background(), Spec{Args: []string{"no-such-program"}}))
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	require.Error(t, Run(ctx, Spec{Args: []string{"sh", "-c", "sleep 1000; sleep 1000"}}))
}

func start(t *testing.T, dir string, grace time.Duration, args ...string) *Process {
	t.Helper()
	p, err := Start(Spec{Args: args, Log: filepath.Join(dir, "log"), Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: grace})
	require.NoError(t, err)
	t.Cleanup(p.End)
	return p
}

// alive is false for a zombie, too: nothing of it runs any more.
func alive(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(rest, "Z")
}

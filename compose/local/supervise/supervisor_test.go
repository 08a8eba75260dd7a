package supervise

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/part"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// journal notes what happens in which order.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) has(line string) bool { return j.index(line) >= 0 }

func (j *journal) index(line string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, l := range j.lines {
		if l == line {
			return i
		}
	}
	return -1
}

// sleeper is a part that runs `sleep`; when it is told to stop it writes its name into the file `stopped`.
func sleeper(j *journal, name string, needs ...string) part.Part {
	return part.Part{
		Name: name, Needs: needs,
		Prepare: func(_ context.Context, s *site.Site) error {
			j.note("prepare %s", name)
			return os.RemoveAll(s.Path("up-" + name))
		},
		Spec: func(s *site.Site) (process.Spec, error) {
			script := `trap "echo ` + name + ` >> ` + s.Path("stopped") + `; exit" TERM; echo > ` + s.Path("up-"+name) + `; while :; do sleep 0.02; done`
			return process.Spec{
				Args: []string{"sh", "-c", script}, Log: s.Log(name),
				Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 5 * time.Second,
			}, nil
		},
		Ready: func(_ context.Context, s *site.Site) error {
			_, err := os.Stat(s.Path("up-" + name))
			if err == nil {
				j.note("ready %s", name)
			}
			return err
		},
	}
}

func supervise(t *testing.T, parts ...part.Part) *Supervisor {
	t.Helper()
	s, err := site.Open(site.Options{Dir: t.TempDir(), Ports: "auto", Contracts: "/contracts"})
	require.NoError(t, err)
	v := New(s)
	v.parts = func([]string) ([]part.Part, error) { return parts, nil }
	t.Cleanup(v.Shutdown)
	return v
}

func await(t *testing.T, v *Supervisor, name string, ok func(Status) bool) Status {
	t.Helper()
	var last Status
	require.Eventually(t, func() bool {
		for _, p := range v.Status() {
			if p.Name == name {
				last = p
			}
		}
		return ok(last)
	}, 20*time.Second, 5*time.Millisecond)
	return last
}

func ready(s Status) bool { return s.State == Ready }

func TestAPartStartsAfterWhatItNeedsAndStopsBefore(t *testing.T) {
	j := &journal{}
	v := supervise(t, sleeper(j, "base"), sleeper(j, "middle", "base"), sleeper(j, "top", "base", "middle"))
	require.NoError(t, v.Up(nil, ""))
	await(t, v, "top", ready)
	require.Less(t, j.index("ready base"), j.index("prepare middle"))
	require.Less(t, j.index("ready middle"), j.index("prepare top"))

	v.Shutdown()
	text, err := os.ReadFile(v.site.Path("stopped"))
	require.NoError(t, err)
	require.Equal(t, "top\nmiddle\nbase\n", string(text))
	for _, p := range v.Status() {
		require.Equal(t, Stopped, p.State)
		require.Zero(t, p.PID)
	}
}

func TestAKilledPartIsStartedAgainAndCounted(t *testing.T) {
	v := supervise(t, sleeper(&journal{}, "one"))
	require.NoError(t, v.Up(nil, ""))
	before := await(t, v, "one", ready)
	require.Positive(t, before.RSS)
	require.NoError(t, v.Signal("one", syscall.SIGKILL))
	after := await(t, v, "one", func(s Status) bool { return s.State == Ready && s.PID != before.PID })
	require.Equal(t, 1, after.Restarts)
}

func TestARestartThatWasAskedForIsNotCounted(t *testing.T) {
	v := supervise(t, sleeper(&journal{}, "one"))
	require.NoError(t, v.Up(nil, ""))
	before := await(t, v, "one", ready)
	require.NoError(t, v.Restart("one"))
	require.NotEqual(t, Ready, v.Status()[0].State, "it is not ready again before it has begun anew")
	after := await(t, v, "one", ready)
	require.NotEqual(t, before.PID, after.PID)
	require.Zero(t, after.Restarts)
}

func TestUpTwiceStartsNothingTwice(t *testing.T) {
	v := supervise(t, sleeper(&journal{}, "one"))
	require.NoError(t, v.Up(nil, ""))
	before := await(t, v, "one", ready)
	require.NoError(t, v.Up(nil, ""))
	require.Equal(t, before.PID, await(t, v, "one", ready).PID)
	require.Len(t, v.Status(), 1)
}

func TestAPartThatWouldNotStartIsTriedAgain(t *testing.T) {
	j := &journal{}
	p := sleeper(j, "one")
	p.Prepare = func(context.Context, *site.Site) error {
		if j.has("failed") {
			return nil
		}
		j.note("failed")
		return errors.New("not today")
	}
	v := supervise(t, p)
	require.NoError(t, v.Up(nil, ""))
	require.Equal(t, 1, await(t, v, "one", ready).Restarts)
}

func TestAnAbsentPartIsSkippedUntilItIsThere(t *testing.T) {
	p := sleeper(&journal{}, "one")
	p.Files = func(s *site.Site) []string { return []string{s.Path("program")} }
	p.Prepare = func(_ context.Context, s *site.Site) error {
		if _, err := os.Stat(s.Path("program")); err != nil {
			return fmt.Errorf("program: %w", part.ErrAbsent)
		}
		return nil
	}
	v := supervise(t, p)
	require.NoError(t, v.Up(nil, ""))
	await(t, v, "one", func(s Status) bool { return s.State == Skipped })
	require.NoError(t, os.WriteFile(v.site.Path("program"), nil, 0o755))
	require.NoError(t, v.Up(nil, ""))
	require.Zero(t, await(t, v, "one", ready).Restarts)
}

func TestUpRestartsOnlyWhatHasChanged(t *testing.T) {
	j := &journal{}
	changed, same := sleeper(j, "changed"), sleeper(j, "same")
	changed.Files = func(s *site.Site) []string { return []string{s.Contracts} }
	v := supervise(t, changed, same)
	contracts := t.TempDir()
	require.NoError(t, v.Up(nil, contracts))
	c, s := await(t, v, "changed", ready), await(t, v, "same", ready)

	require.NoError(t, os.WriteFile(filepath.Join(contracts, "table.yaml"), []byte("x"), 0o644))
	require.NoError(t, v.Up(nil, ""))
	require.NotEqual(t, c.PID, await(t, v, "changed", ready).PID)
	c = await(t, v, "changed", ready)
	require.NoError(t, v.Up(nil, t.TempDir()))
	require.NotEqual(t, c.PID, await(t, v, "changed", ready).PID)
	require.Equal(t, s.PID, await(t, v, "same", ready).PID)
}

func TestATakenPortIsNamedAndNothingStarts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	j := &journal{}
	p := sleeper(j, "one")
	p.Ports = []string{site.Postgres}
	v := supervise(t, p)
	v.site.Ports.Auto = false
	v.site.Ports.Number[site.Postgres] = l.Addr().(*net.TCPAddr).Port
	err = v.Up(nil, "")
	var taken *TakenError
	require.ErrorAs(t, err, &taken)
	require.Contains(t, taken.Holder, fmt.Sprintf("pid %d", os.Getpid()))
	require.ErrorContains(t, err, "--ports postgres=")
	require.Empty(t, v.Status())

	v.site.Ports.Auto = true
	require.NoError(t, v.Up(nil, ""))
	require.NotEqual(t, l.Addr().(*net.TCPAddr).Port, v.site.Ports.Number[site.Postgres])
}

func TestTwoStacksNeverChooseOnePort(t *testing.T) {
	p := sleeper(&journal{}, "one")
	p.Ports = []string{site.Postgres}
	first, second := supervise(t, p), supervise(t, p)
	require.NoError(t, first.Up(nil, ""))
	second.site.Ports.Number[site.Postgres] = first.site.Ports.Number[site.Postgres] // nobody listens there yet
	require.NoError(t, second.Up(nil, ""))
	require.NotEqual(t, first.site.Ports.Number[site.Postgres], second.site.Ports.Number[site.Postgres])
}

func TestOrdersForPartsThatAreNotUpAreRefused(t *testing.T) {
	v := supervise(t, sleeper(&journal{}, "one"))
	require.ErrorContains(t, v.Restart("one"), "no part")
	require.ErrorContains(t, v.Signal("one", syscall.SIGKILL), "no part")
	v.Shutdown()
	require.ErrorContains(t, v.Up(nil, ""), "stopping")
}

func TestTheMemoryOfChildrenCounts(t *testing.T) {
	p, err := process.Start(process.Spec{
		Args: []string{"sh", "-c", "sleep 1000 & wait"}, Log: filepath.Join(t.TempDir(), "log"),
		Stop: syscall.SIGKILL, Death: syscall.SIGKILL,
	})
	require.NoError(t, err)
	defer p.End()
	require.Eventually(t, func() bool { // once the child runs
		return rss(p.PID) > resident(strconv.Itoa(p.PID))
	}, 10*time.Second, time.Millisecond)
	require.Zero(t, rss(0))
}

func TestAWatchedPartIsAskedAsLongAsItLives(t *testing.T) {
	defer func(d time.Duration) { unreadyAfter = d }(unreadyAfter)
	unreadyAfter = 0
	p := sleeper(&journal{}, "one")
	p.Watched = true
	p.Ready = func(_ context.Context, s *site.Site) error {
		text, err := os.ReadFile(s.Path("fault"))
		if err == nil {
			err = errors.New(string(text))
		} else if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return err
	}
	v := supervise(t, p)
	require.NoError(t, os.WriteFile(v.site.Path("fault"), []byte("a person has to act"), 0o644))
	require.NoError(t, v.Up(nil, ""))
	before := await(t, v, "one", func(s Status) bool { return s.State == Unready })
	require.Equal(t, "a person has to act", before.Message)
	require.NoError(t, os.Remove(v.site.Path("fault")))
	after := await(t, v, "one", ready)
	require.Equal(t, before.PID, after.PID, "it was not killed")
	require.NoError(t, os.WriteFile(v.site.Path("fault"), []byte("again"), 0o644))
	await(t, v, "one", func(s Status) bool { return s.State == Unready && s.Message == "again" })
}

func TestTheLastWordsOfAProcessAreShown(t *testing.T) {
	p := sleeper(&journal{}, "one")
	p.Spec = func(s *site.Site) (process.Spec, error) {
		return process.Spec{Args: []string{"sh", "-c", "echo noise; echo the reason; exit 3"}, Log: s.Log("one"), Stop: syscall.SIGTERM, Death: syscall.SIGKILL}, nil
	}
	p.Ready = func(context.Context, *site.Site) error { return errors.New("not yet") }
	v := supervise(t, p)
	require.NoError(t, v.Up(nil, ""))
	require.Equal(t, "the process ended: exit status 3: the reason", await(t, v, "one", func(s Status) bool { return s.State == Failed }).Message)
}

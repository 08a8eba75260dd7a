package fault

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Pause stops every process of a part where it stands and lets it go on later, as a
// machine does that swaps or is moved: it has missed time and does not know.
func Pause(part string) Fault {
	var mu sync.Mutex
	var stopped []int
	return Fault{
		Name: "pause-" + part, Kind: "pause",
		MustNot: "What was on its way goes on or is sent again; nothing waits for ever for an answer that does not come.",
		Least:   2 * time.Second, Most: 12 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error {
			pids, err := r.processes(ctx, part)
			mu.Lock()
			defer mu.Unlock()
			stopped = pids
			return firstError(err, signalAll(pids, syscall.SIGSTOP))
		},
		Heal: func(context.Context, *Rig) error {
			mu.Lock()
			defer mu.Unlock()
			return signalAll(stopped, syscall.SIGCONT)
		},
	}
}

// processes are those of a part that runs, parents first.
func (r *Rig) processes(ctx context.Context, part string) (pids []int, err error) {
	return pids, insist(ctx, func() error {
		parts, err := r.Stack.Status(ctx)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if p.Name == part && p.PID != 0 {
				pids = family(p.PID)
				return nil
			}
		}
		return fmt.Errorf("%s does not run", part)
	})
}

// family is a process with all that came from it.
func family(pid int) []int {
	pids := []int{pid}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, child := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(child); err == nil {
			pids = append(pids, family(n)...)
		}
	}
	return pids
}

// signalAll passes over what has ended meanwhile: another fault may have killed it.
func signalAll(pids []int, s syscall.Signal) error {
	for _, pid := range pids {
		if err := syscall.Kill(pid, s); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("signal process %d: %w", pid, err)
		}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

package ceiling

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/tidemark-cdc/tidemark/test/bench/meter"
)

// RecvLogical is PostgreSQL's own reader of slots.
type RecvLogical struct {
	Program     string
	Args, Env   []string // connection
	Slot        string
	Publication string
	End         string // LSN at which it stops
}

// Run drains the slot into /dev/null. The time begins when the walsender has begun and
// ends with the process; walsender gives its pid, or 0.
func (r RecvLogical) Run(ctx context.Context, walsender func() int) (elapsed, startup time.Duration, used, server meter.Usage, err error) {
	args := append(append([]string(nil), r.Args...), "--slot", r.Slot, "--start", "--no-loop", "--endpos", r.End, "--file", os.DevNull,
		"-o", "proto_version=1", "-o", "publication_names="+r.Publication)
	cmd := exec.CommandContext(ctx, r.Program, args...)
	cmd.Env = append(os.Environ(), r.Env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begin := time.Now()
	started := make(chan time.Time, 1)
	watch := meter.Follow(func() int {
		pid := walsender()
		if pid != 0 {
			started <- time.Now()
		}
		return pid
	})
	used, err = Command(cmd)
	end := time.Now()
	server = watch.Last()
	if err != nil {
		return 0, 0, used, server, fmt.Errorf("%s: %w\n%s", r.Program, err, out.Bytes())
	}
	select {
	case t := <-started:
		begin, startup = t, t.Sub(begin)
	default:
	}
	return end.Sub(begin), startup, used, server, nil
}

// Command runs a program to its end and gives what it used: the CPU time from the kernel's
// account, which is exact, and the peak memory from looking. The kernel's account of that
// begins with what this process had when it forked.
func Command(cmd *exec.Cmd) (meter.Usage, error) {
	if err := cmd.Start(); err != nil {
		return meter.Usage{}, err
	}
	watch := meter.Follow(func() int { return cmd.Process.Pid })
	err := cmd.Wait()
	used := watch.Last()
	used.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return used, err
}

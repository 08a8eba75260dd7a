package process

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
)

// Run runs a command to its end; its output goes to spec.Log when there is one. It and what it started are killed when
// ctx ends, and by the kernel when we die. The error has the last lines of the output.
func Run(ctx context.Context, spec Spec) error {
	var out bytes.Buffer
	var sink io.Writer = &out
	if spec.Log != "" {
		log, err := openLog(spec.Log)
		if err != nil {
			return err
		}
		defer log.Close()
		sink = io.MultiWriter(&out, log)
	}
	cmd := exec.CommandContext(ctx, spec.Args[0], spec.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = spec.Dir, spec.Env, sink, sink
	cmd.SysProcAttr = spec.attributes()
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err := onStarter(cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(spec.Args, " "), err, LastLines(out.Bytes(), 15))
	}
	return nil
}

// LastLines are the last n lines of a text.
func LastLines(text []byte, n int) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

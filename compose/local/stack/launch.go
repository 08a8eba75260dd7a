package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/tidemark-cdc/tidemark/compose/local/control"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
)

// supervised makes sure that a supervisor runs.
func (st *Stack) supervised(ctx context.Context, o Options) error {
	_, err := st.client.Status(ctx)
	st.running = err == nil
	if !errors.Is(err, control.ErrDown) {
		return err
	}
	if o.Program == "" {
		if o.Program, err = build(ctx, st.Site.Part("local")); err != nil {
			return err
		}
	}
	cmd, err := st.launch(o)
	if err != nil {
		return err
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	for {
		if _, err := st.client.Status(ctx); !errors.Is(err, control.ErrDown) {
			return err
		}
		select {
		case err := <-gone:
			if control.Held(st.Site) { // somebody else was faster
				break
			}
			text, _ := os.ReadFile(st.Site.Log("supervisor"))
			return fmt.Errorf("the supervisor ended: %w\n%s", err, process.LastLines(text, 5))
		default:
		}
		if err := pause(ctx); err != nil {
			return fmt.Errorf("wait for the supervisor: %w", err)
		}
	}
}

// launch starts the supervisor in a session of its own. Unless it is to outlive us, it holds one end of a pipe
// whose other end closes when this process ends, in whatever way.
func (st *Stack) launch(o Options) (*exec.Cmd, error) {
	log, err := logFile(st.Site.Log("supervisor"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s := st.Site
	cmd := exec.Command(o.Program, "supervise", "--root", s.Root, "--dir", s.Dir, "--parts", s.Parts, "--bin", s.Bin, "--contracts", s.Contracts)
	cmd.Args[0] = "local"
	if o.Ports != "" {
		cmd.Args = append(cmd.Args, "--ports", o.Ports)
	}
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if o.Proxied {
		cmd.Args = append(cmd.Args, "--proxied")
	}
	if o.Discard {
		cmd.Args = append(cmd.Args, "--discard")
	}
	if !o.Detach {
		cmd.Args = append(cmd.Args, "--watch")
		if st.owner, err = cmd.StdinPipe(); err != nil {
			return nil, fmt.Errorf("start the supervisor: %w", err)
		}
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	return cmd, nil
}

func logFile(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the logs: %w", err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the supervisor's log: %w", err)
	}
	return f, nil
}

// build compiles the `local` program: a test's own program cannot be the supervisor. Built under a name of its own
// and renamed, because several tests do so at once.
func build(ctx context.Context, path string) (string, error) {
	work := fmt.Sprintf("%s.%d", path, os.Getpid())
	defer os.Remove(work)
	cmd := exec.CommandContext(ctx, "go", "build", "-o", work, "github.com/tidemark-cdc/tidemark/compose/local/cmd/local")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the supervisor: %w\n%s", err, bytes.TrimSpace(out))
	}
	return path, os.Rename(work, path)
}

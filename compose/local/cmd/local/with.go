package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/part"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// withCommand gives a command servers of its own: on free ports, empty, gone when it ends.
type withCommand struct {
	Only    []string `help:"Only these parts and what they need." placeholder:"PART,..." default:"postgres,kafka,mongo,clickhouse"`
	Command []string `arg:"" passthrough:"" help:"The command and its arguments."`
}

// leave is how long a stack may take to end: the files of many thousand parts are removed, which takes minutes on a busy disk.
const leave = 10 * time.Minute

// Run starts the servers, runs the command with their addresses in its environment and takes them away again. The
// command's exit code becomes ours.
func (w *withCommand) Run(ctx context.Context, c *cli) (err error) {
	dir, err := os.MkdirTemp("", "tidemark-with-")
	if err != nil {
		return fmt.Errorf("make the stack's folder: %w", err)
	}
	defer os.RemoveAll(dir)
	o := c.options()
	o.Dir, o.Ports, o.Only, o.Detach, o.Discard = filepath.Join(dir, "stack"), "auto", w.Only, false, true
	st, err := stack.Start(ctx, o)
	if st != nil {
		defer func() {
			after, cancel := context.WithTimeout(context.WithoutCancel(ctx), leave)
			defer cancel()
			err = errors.Join(err, st.Stop(after), st.Wipe())
		}()
	}
	if err != nil {
		return err
	}
	return w.run(ctx, st)
}

func (w *withCommand) run(ctx context.Context, st *stack.Stack) error {
	args := w.Command
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return errors.New("no command: local with -- COMMAND")
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Env = append(os.Environ(), testNames(st.Env())...)
	if python, err := fetch.SupersetBin(st.Site, "python"); err == nil && slices.Contains(w.Only, "superset") {
		cmd.Env = append(append(cmd.Env, part.SupersetEnv(st.Site)...), "TIDEMARK_SUPERSET_PYTHON="+python)
	}
	return cmd.Run()
}

// testNames gives every address under its own name and again as TIDEMARK_TEST_…: tests that empty the server which
// they are given look only for the second, so that nobody's data is lost to a forgotten export.
func testNames(env map[string]string) []string {
	var out []string
	for name, value := range env {
		if absent(value) {
			continue
		}
		out = append(out, name+"="+value, strings.Replace(name, "TIDEMARK_", "TIDEMARK_TEST_", 1)+"="+value)
	}
	return out
}

// absent says that an address is of a part that this stack does not run.
func absent(address string) bool { return strings.Contains(address, "127.0.0.1:0") }

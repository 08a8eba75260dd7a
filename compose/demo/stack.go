// Package demo runs the whole pipeline for a bounded time on its own stack and says at
// the end whether ClickHouse holds what the sources hold.
package demo

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// stack drives a local stack of its own through the program `local`, so that a demo
// neither needs nor disturbs the one of `make up`.
type stack struct {
	bin    string // folder of the built programs
	dir    string // data of this stack
	out    io.Writer
	config []string // environment of every program started here
}

func newStack(bin, dir string, out io.Writer) *stack {
	return &stack{bin: bin, dir: dir, out: out, config: append(os.Environ(), "TIDEMARK_LOCAL="+dir, "TIDEMARK_PORTS=auto")}
}

// command prepares a program of ours; when ctx ends it is asked to stop, and killed
// only when it does not.
func (s *stack) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Env = s.config
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

func (s *stack) local(ctx context.Context, args ...string) error {
	cmd := s.command(ctx, "local", args...)
	cmd.Stdout, cmd.Stderr = s.out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("local %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// up starts an empty stack and takes its addresses into the environment.
func (s *stack) up(ctx context.Context) error {
	for _, args := range [][]string{{"wipe"}, {"up"}} {
		if err := s.local(ctx, args...); err != nil {
			return err
		}
	}
	env, err := s.env(ctx)
	if err != nil {
		return err
	}
	for name, value := range env {
		s.config = append(s.config, name+"="+value)
	}
	return nil
}

// env reads what `local env` prints: lines of export NAME='value'.
func (s *stack) env(ctx context.Context) (map[string]string, error) {
	out, err := s.command(ctx, "local", "env").Output()
	if err != nil {
		return nil, fmt.Errorf("local env: %w", err)
	}
	env := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		if ok {
			env[name] = strings.Trim(value, `'"`)
		}
	}
	return env, nil
}

// down stops the stack; it is called with a context that outlives an interrupt.
func (s *stack) down(ctx context.Context) error { return s.local(ctx, "down") }

// addresses are the stack's, as `local env` gave them.
func (s *stack) addresses() compare.Addresses {
	get := func(name string) (value string) {
		for _, entry := range s.config { // the last one counts
			if v, ok := strings.CutPrefix(entry, name+"="); ok {
				value = v
			}
		}
		return value
	}
	return compare.Addresses{
		Postgres: get("TIDEMARK_POSTGRES_URL"), Mongo: get("TIDEMARK_MONGO_URL"), ClickHouse: get("TIDEMARK_CLICKHOUSE_HTTP_URL"),
		ClickHouseUser: get("TIDEMARK_CLICKHOUSE_USER"), ClickHousePassword: get("TIDEMARK_CLICKHOUSE_PASSWORD"),
	}
}

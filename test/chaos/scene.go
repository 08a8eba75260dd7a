package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/fault"
)

// Scene is a stack of its own, the shop's contracts, and who watches it.
type Scene struct {
	dir       string
	bin       string
	keep      bool
	log       io.Writer
	stack     *stack.Stack
	rig       *fault.Rig
	tide      *tide
	unwatch   context.CancelFunc
	mu        sync.Mutex
	held      map[string]*sync.Mutex // by what a fault holds
	contracts []*contract.Contract
}

// onVolumes are the parts whose disks can be filled.
var onVolumes = []string{"kafka", "clickhouse"}

var programs = []string{"capture", "sink", "aggregate", "shop", "local"}

// Open starts a stack with proxies on every way and, where that is allowed, disks that can be filled.
func Open(ctx context.Context, o Options) (*Scene, error) {
	dir, err := os.MkdirTemp(o.Dir, "tidemark-chaos-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	s := &Scene{dir: dir, bin: filepath.Join(dir, "bin"), keep: o.Keep, log: o.Log, held: map[string]*sync.Mutex{}}
	if err := s.start(ctx, o); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Scene) start(ctx context.Context, o Options) error {
	for _, name := range programs {
		if err := copyProgram(filepath.Join(o.Bin, name), filepath.Join(s.bin, name)); err != nil {
			return fmt.Errorf("take the programs (make build makes them): %w", err)
		}
	}
	if err := fault.Volumes(filepath.Join(s.dir, "stack"), onVolumes...); err != nil {
		if !errors.Is(err, fault.ErrCannot) {
			return err
		}
		s.say("no disk will be full: %v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, toStart)
	defer cancel()
	s.say("starting a stack in %s", s.dir)
	var err error
	s.stack, err = stack.Start(ctx, stack.Options{
		Dir: filepath.Join(s.dir, "stack"), Parts: o.Parts, Bin: s.bin, Program: filepath.Join(s.bin, "local"), Ports: "auto", Discard: !o.Keep, Progress: o.Log,
		Only: fault.Servers, Proxied: true,
	})
	if err != nil {
		return fmt.Errorf("start the stack: %w", err)
	}
	if s.contracts, err = contract.Load(os.DirFS(s.stack.Site.Contracts)); err != nil {
		return fmt.Errorf("read the contracts: %w", err)
	}
	if s.rig, err = fault.NewRig(ctx, s.stack); err != nil {
		return fmt.Errorf("start capture and sink: %w", err)
	}
	s.tide = &tide{clickhouse: s.rig.ClickHouse, sources: s.sources()}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.unwatch = stop
	go s.tide.run(watching)
	return nil
}

func (s *Scene) sources() int {
	names := map[string]bool{}
	for _, c := range s.contracts {
		names[c.Source] = true
	}
	return len(names)
}

// sides opens connections to both sources and to ClickHouse.
func (s *Scene) sides(ctx context.Context) (*compare.Sides, error) {
	env := s.stack.Env()
	return compare.Open(ctx, compare.Within(env))
}

// program prepares one of our programs with the stack's addresses. It dies with us.
func (s *Scene) program(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Env = append(os.Environ(), s.stack.Site.Environ()...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// Close stops the stack and removes it.
func (s *Scene) Close() {
	if s.unwatch != nil {
		s.unwatch()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if s.stack != nil {
		if err := s.stack.Stop(ctx); err != nil {
			s.say("stop the stack: %v", err)
		}
	}
	if s.rig != nil {
		s.rig.Close()
	}
	fault.Unmount(filepath.Join(s.dir, "stack"), onVolumes...)
	if s.keep {
		s.say("logs and data are in %s", s.dir)
		return
	}
	if s.stack != nil {
		_ = s.stack.Wipe() // gone already when the supervisor discarded it
	}
	_ = os.RemoveAll(s.dir)
}

func (s *Scene) say(format string, args ...any) {
	if s.log != nil {
		fmt.Fprintf(s.log, format+"\n", args...)
	}
}

func copyProgram(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o755)
}

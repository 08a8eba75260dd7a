// Package program runs capture and sink as a deployment does: from their binaries, with
// a configuration file and an environment.
package program

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/test/bench/host"
	"github.com/tidemark-cdc/tidemark/test/bench/meter"
)

// Program is one of ours with its configuration.
type Program struct {
	Name   string // capture, sink
	Config string // path of its YAML
	Log    string
	HTTP   string // host:port
	Env    []string
	path   string
}

// newProgram writes the configuration, with a free port for HTTP. run names its files.
func newProgram(h *host.Host, name, run, config string, env []string) (*Program, error) {
	path := filepath.Join(h.Bin, name)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s is not built: %w", name, err)
	}
	port, err := host.FreePort()
	if err != nil {
		return nil, err
	}
	p := &Program{Name: name, Config: h.Path(run + ".yaml"), Log: h.Path(run + ".log"), HTTP: fmt.Sprintf("127.0.0.1:%d", port), path: path,
		Env: append(h.Environ(), env...)}
	if err := os.WriteFile(p.Config, []byte(config+"http: "+p.HTTP+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write the configuration of %s: %w", name, err)
	}
	return p, nil
}

// Once runs a subcommand to its end.
func (p *Program) Once(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, p.path, append(args, "--config", p.Config)...)
	cmd.Env = p.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", p.Name, args[0], err, process.LastLines(out, 15))
	}
	return nil
}

// Start starts `run`. The process ends with this one, however this one ends.
func (p *Program) Start() (*Process, error) {
	child, err := process.Start(process.Spec{
		Args: []string{p.path, "run", "--config", p.Config}, Env: p.Env, Log: p.Log,
		Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 15 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	return &Process{program: p, child: child, Began: time.Now()}, nil
}

// Process is a program that runs.
type Process struct {
	Began   time.Time
	program *Program
	child   *process.Process
	ended   sync.Once
}

// PID is the process's number.
func (p *Process) PID() int { return p.child.PID }

// Usage is what it has used so far.
func (p *Process) Usage() (meter.Usage, error) { return meter.Read(p.child.PID) }

// Stop asks it to end and waits. Only the first call does: later the number may be
// another process's.
func (p *Process) Stop() { p.ended.Do(p.child.End) }

// Check fails when it has ended by itself.
func (p *Process) Check() error {
	select {
	case <-p.child.Done:
		return fmt.Errorf("%s ended: %w\n%s", p.program.Name, p.child.Err(), p.Tail())
	default:
		return nil
	}
}

// Tail is the end of its log.
func (p *Process) Tail() string {
	text, _ := os.ReadFile(p.program.Log)
	return process.LastLines(text, 15)
}

// Ready asks it on /readyz whether it does its work.
func (p *Process) Ready(ctx context.Context) bool {
	return get(ctx, "http://"+p.program.HTTP+"/readyz")
}

// AwaitReady waits until it is ready.
func (p *Process) AwaitReady(ctx context.Context) error {
	for {
		if err := p.Check(); err != nil {
			return err
		}
		if p.Ready(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w\n%s", p.program.Name, ctx.Err(), p.Tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func get(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Package process starts child processes that cannot outlive this one.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// Spec says how a process is started and stopped.
type Spec struct {
	Path  string // program; "": the first argument
	Args  []string
	Env   []string // whole environment; nil: this process's own
	Dir   string   // working directory
	Log   string   // file that gets its output, appended
	User  *User    // nil: as we are
	Stop  syscall.Signal
	Death syscall.Signal // sent by the kernel when this process dies
	Grace time.Duration  // between Stop and SIGKILL
}

// User is the account of a process.
type User struct{ UID, GID uint32 }

// Process is a started child.
type Process struct {
	PID  int
	Done <-chan struct{} // closed when it has ended
	spec Spec
	cmd  *exec.Cmd
	err  error
}

// Start starts a process in a process group of its own. The kernel kills it when we die, however we die.
func Start(spec Spec) (*Process, error) {
	log, err := openLog(spec.Log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(spec.Args[0], spec.Args[1:]...)
	if spec.Path != "" {
		cmd.Path, cmd.Err = spec.Path, nil
	}
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = spec.Env, spec.Dir, log, log
	cmd.SysProcAttr = spec.attributes()
	if err := onStarter(cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Args[0], err)
	}
	done := make(chan struct{})
	p := &Process{PID: cmd.Process.Pid, Done: done, spec: spec, cmd: cmd}
	go func() {
		p.err = cmd.Wait()
		close(done)
	}()
	return p, nil
}

func (s Spec) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: s.Death}
	if s.User != nil {
		a.Credential = &syscall.Credential{Uid: s.User.UID, Gid: s.User.GID}
	}
	return a
}

// Err says how the process ended; to be called after Done.
func (p *Process) Err() error {
	if p.err == nil {
		return errors.New("ended by itself")
	}
	return p.err
}

// Signal sends a signal to the process.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// End stops the process: its stop signal, then SIGKILL to its whole group when the grace is over.
func (p *Process) End() {
	_ = p.Signal(p.spec.Stop)
	select {
	case <-p.Done:
	case <-time.After(p.spec.Grace):
	}
	_ = syscall.Kill(-p.PID, syscall.SIGKILL) // what it started and left behind, too
	<-p.Done
}

func openLog(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make the log's folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return f, nil
}

type order struct {
	run  func() error
	done chan error
}

var starts = make(chan order)

// The parent-death signal belongs to the thread that started the child, not to the process: were children
// started from whatever thread a goroutine happens to be on, the end of that thread would kill them.
func init() {
	go func() {
		runtime.LockOSThread()
		for s := range starts {
			s.done <- s.run()
		}
	}()
}

func onStarter(run func() error) error {
	s := order{run: run, done: make(chan error)}
	starts <- s
	return <-s.done
}

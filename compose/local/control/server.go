// Package control is the conversation between a stack's supervisor and the programs that use the stack: HTTP on
// a unix socket in the stack's folder.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

// Up asks for parts.
type Up struct {
	Parts     []string `json:"parts,omitempty"`     // none: all
	Contracts string   `json:"contracts,omitempty"` // folder of the contracts; "": as they are
}

// ErrRunning says that another supervisor holds the stack.
var ErrRunning = errors.New("the stack has a supervisor already")

// Serve holds the stack and answers until the process ends; stop is called when a client asks for it.
func Serve(s *site.Site, v *supervise.Supervisor, stop func()) error {
	if err := hold(s); err != nil {
		return err
	}
	_ = os.Remove(s.Path(socket)) // of a supervisor that is dead: we hold the lock
	dir, err := os.Open(s.Dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	l, err := net.Listen("unix", through(dir))
	if err != nil {
		return fmt.Errorf("listen for orders: %w", err)
	}
	if err := os.Chmod(s.Path(socket), 0o600); err != nil {
		return fmt.Errorf("close the socket to others: %w", err)
	}
	return http.Serve(l, routes(v, stop))
}

// hold locks the stack for as long as this process lives. Children do not inherit the lock.
func hold(s *site.Site) error {
	f, err := os.OpenFile(s.Path("supervisor.pid"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("lock the stack: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return ErrRunning
	}
	held = f
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("write the supervisor's pid: %w", err)
	}
	_, err = f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	return err
}

// held keeps the lock: a file that nothing refers to is collected and closed.
//
//lint:ignore U1000 it is never read
var held *os.File

func routes(v *supervise.Supervisor, stop func()) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(v.Status())
	})
	m.HandleFunc("POST /up", func(w http.ResponseWriter, r *http.Request) {
		var up Up
		if err := json.NewDecoder(r.Body).Decode(&up); err != nil {
			answer(w, err)
			return
		}
		answer(w, v.Up(up.Parts, up.Contracts))
	})
	m.HandleFunc("POST /restart/{part}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, v.Restart(r.PathValue("part")))
	})
	m.HandleFunc("POST /halt/{part}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, v.Halt(r.PathValue("part")))
	})
	m.HandleFunc("POST /signal/{part}/{number}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("number"))
		if err == nil {
			err = v.Signal(r.PathValue("part"), syscall.Signal(n))
		}
		answer(w, err)
	})
	m.HandleFunc("POST /stop", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, nil)
		stop()
	})
	return m
}

func answer(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
	}
}

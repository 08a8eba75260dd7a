package engine

import (
	"errors"
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// hold is what keeps the engine serving: its last query reads a pipe that nobody writes to.
type hold struct {
	master int    // our end of the engine's terminal
	pipe   [2]int // the query reads [0]
}

// newHold also gives the process a terminal as its standard input. The engine takes its input for a script when it
// is none, and then any failed login over TCP ends the whole process (std::terminate, status 134).
func newHold() (*hold, error) {
	h := &hold{}
	slave, err := h.openTerminal()
	if err != nil {
		return nil, fmt.Errorf("give the engine a terminal: %w", err)
	}
	if err := syscall.Dup3(slave, 0, 0); err != nil {
		return nil, fmt.Errorf("give the engine a terminal: %w", err)
	}
	syscall.Close(slave)
	if err := syscall.Pipe2(h.pipe[:], syscall.O_CLOEXEC); err != nil {
		return nil, fmt.Errorf("make the engine's pipe: %w", err)
	}
	go h.dropEcho()
	return h, nil
}

func (h *hold) openTerminal() (slave int, err error) {
	h.master, err = syscall.Open("/dev/ptmx", syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	var unlock, n int32
	if err := errors.Join(ioctl(h.master, syscall.TIOCSPTLCK, &unlock), ioctl(h.master, syscall.TIOCGPTN, &n)); err != nil {
		return 0, err
	}
	return syscall.Open(fmt.Sprintf("/dev/pts/%d", n), syscall.O_RDWR|syscall.O_NOCTTY, 0)
}

func (h *hold) query() string {
	return fmt.Sprintf("INSERT INTO FUNCTION null('x String') FROM INFILE '/proc/self/fd/%d' COMPRESSION 'none' FORMAT LineAsString", h.pipe[0])
}

// release ends the query, and leaves the prompt that follows it.
func (h *hold) release() {
	syscall.Close(h.pipe[1])
	for {
		_, _ = syscall.Write(h.master, []byte("exit\n"))
		time.Sleep(50 * time.Millisecond)
	}
}

// dropEcho reads what the engine prints to its terminal: a full terminal would block it.
func (h *hold) dropEcho() {
	for b := make([]byte, 4096); ; {
		if n, err := syscall.Read(h.master, b); n <= 0 && err != syscall.EINTR {
			return
		}
	}
}

func ioctl(fd int, request uintptr, p *int32) error {
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(p))); e != 0 {
		return e
	}
	return nil
}

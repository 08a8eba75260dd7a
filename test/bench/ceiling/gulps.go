package ceiling

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// gulps is a connection that is read only when much has come, or after a while: the server
// sends a message with each system call, and whoever wakes for each pays for it, and the
// server pays for waking it.
type gulps struct{ net.Conn }

const (
	enough = 128 << 10
	awhile = 5 * time.Millisecond
)

// inGulps works for TCP; a unix socket has no such setting.
func inGulps(conn net.Conn) net.Conn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return conn
	}
	_ = raw.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, enough)
	})
	if err != nil {
		return conn
	}
	return gulps{conn}
}

// Read takes what is there, or waits until enough is.
func (g gulps) Read(b []byte) (int, error) {
	for {
		if err := g.SetReadDeadline(time.Now().Add(awhile)); err != nil {
			return 0, err
		}
		n, err := g.Conn.Read(b)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
	}
}

package stream

import (
	"crypto/tls"
	"net"
	"syscall"
)

// setLowWater lets the kernel wake the reader of a TCP connection only when n bytes are there. Unix sockets don't know that.
func setLowWater(conn net.Conn, n int) bool {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	set := false
	_ = raw.Control(func(fd uintptr) {
		set = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, n) == nil
	})
	return set
}

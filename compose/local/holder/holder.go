// Package holder finds the process that listens on a TCP port.
package holder

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Holder is who listens on a port.
type Holder struct {
	PID     int    // 0 when the process is not ours to see
	UID     int    // owner of the socket
	Command string // command line, arguments separated by spaces
}

func (h Holder) String() string {
	if h.PID == 0 {
		return fmt.Sprintf("a process of uid %d (ask as that user or root which)", h.UID)
	}
	return fmt.Sprintf("pid %d: %s", h.PID, h.Command)
}

// Of finds who listens on port, on any address. ok is false when nobody does.
func Of(port int) (h Holder, ok bool) {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(table)
		if err != nil {
			continue
		}
		socket, found := listener(f, port)
		f.Close()
		if found {
			h.UID = socket.uid
			h.PID, h.Command = owner(socket.inode)
			return h, true
		}
	}
	return h, false
}

type socket struct {
	inode string
	uid   int
}

// listener looks for a listening socket (state 0A) in the text of /proc/net/tcp:
// sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode.
func listener(table io.Reader, port int) (socket, bool) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 10 || f[3] != "0A" {
			continue
		}
		_, local, _ := strings.Cut(f[1], ":")
		number, err := hex.DecodeString(local)
		if err != nil || len(number) != 2 || int(number[0])<<8|int(number[1]) != port {
			continue
		}
		uid, _ := strconv.Atoi(f[7])
		return socket{inode: f[9], uid: uid}, true
	}
	return socket{}, false
}

// owner finds the process that has the socket open: the oldest one when several share it.
func owner(inode string) (pid int, command string) {
	want := "socket:[" + inode + "]"
	fds, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range fds {
		if target, err := os.Readlink(fd); err != nil || target != want {
			continue
		}
		n, _ := strconv.Atoi(strings.Split(fd, "/")[2])
		if pid == 0 || n < pid {
			pid = n
		}
	}
	if pid == 0 {
		return 0, ""
	}
	return pid, Command(pid)
}

// Command is a process's command line, at most 200 bytes of it.
func Command(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	line := string(bytes.ReplaceAll(bytes.TrimRight(text, "\x00"), []byte{0}, []byte{' '}))
	if len(line) > 200 {
		line = line[:200] + "..."
	}
	return line
}

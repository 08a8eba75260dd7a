package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

const (
	bufferSize = 1 << 20
	maxFrame   = 1<<30 + 1<<20 // PostgreSQL builds a message in one buffer of at most 1 GiB
	frameHead  = 5

	// While the reader is behind, it is woken only when this much is there, or after gulpWait: the server makes one system call per
	// message, and a reader that wakes for each spends twice the CPU per row (and the server pays for the wake-up).
	gulp     = 128 << 10
	gulpWait = 5 * time.Millisecond
)

// ErrIdle is what Fill returns when nothing came until its deadline.
var ErrIdle = errors.New("nothing to read")

// ErrEnded says that the server ended the stream in order (it shuts down).
var ErrEnded = errors.New("the server ended the replication stream")

// frames cuts the protocol's frames out of one large buffer. What next gives is a view that is good until the next fill.
type frames struct {
	conn    net.Conn
	buf     []byte
	r, w    int
	gulping bool
	reads   int
}

// next gives the next whole frame that is already here.
func (f *frames) next() (kind byte, body []byte, ok bool) {
	if f.w-f.r < frameHead {
		return 0, nil, false
	}
	n := int(binary.BigEndian.Uint32(f.buf[f.r+1:])) + 1
	if n < frameHead || f.w-f.r < n { // fill refuses what can't be a length
		return 0, nil, false
	}
	kind, body = f.buf[f.r], f.buf[f.r+frameHead:f.r+n]
	f.r += n
	return kind, body, true
}

// fill reads what the socket holds, at least one byte. It returns ErrIdle at the deadline; a zero deadline is none.
func (f *frames) fill(deadline time.Time) error {
	if err := f.room(); err != nil {
		return err
	}
	if f.gulping {
		deadline = time.Now().Add(gulpWait)
	}
	if err := f.conn.SetReadDeadline(deadline); err != nil {
		return fmt.Errorf("read replication stream: %w", err)
	}
	n, err := f.conn.Read(f.buf[f.w:])
	f.w += n
	f.reads++
	switch {
	case n > 0:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrIdle
	case err == nil:
		err = io.ErrNoProgress
	}
	return fmt.Errorf("read replication stream: %w", err)
}

// room moves the frame that is cut off to the front and makes the buffer as large as it needs.
func (f *frames) room() error {
	if f.r > 0 {
		f.w = copy(f.buf, f.buf[f.r:f.w])
		f.r = 0
	}
	need := bufferSize
	if f.w >= frameHead {
		n := int(binary.BigEndian.Uint32(f.buf[1:])) + 1
		if n > maxFrame || n < frameHead {
			return fmt.Errorf("replication stream out of step: a frame %q of %d bytes", f.buf[0], n)
		}
		need = max(need, n)
	}
	if need > len(f.buf) || len(f.buf) > 8*bufferSize && need == bufferSize { // a huge row's buffer is given back
		grown := make([]byte, need)
		copy(grown, f.buf[:f.w])
		f.buf = grown
	}
	return nil
}

// gulps says whether to wait for much at a time.
func (f *frames) gulps(yes bool) {
	if yes == f.gulping {
		return
	}
	n := 1
	if yes {
		n = gulp
	}
	f.gulping = setLowWater(f.conn, n) && yes
}

// control handles what isn't CopyData.
func control(kind byte, body []byte) error {
	switch kind {
	case 'E':
		var m pgproto3.ErrorResponse
		if err := m.Decode(body); err != nil {
			return fmt.Errorf("read the server's error: %w", err)
		}
		return pgconn.ErrorResponseToPgError(&m)
	case 'N', 'S', 'A': // notice, parameter status, notification
		return nil
	case 'c', 'C', 'Z': // CopyDone, CommandComplete, ReadyForQuery
		return ErrEnded
	}
	return fmt.Errorf("replication stream: unexpected message %q", kind)
}

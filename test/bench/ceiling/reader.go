// Package ceiling measures what can be had at all: PostgreSQL's log read and thrown
// away, and ready-made blocks inserted into ClickHouse.
package ceiling

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// gulp is how much one read may take from the connection.
const gulp = 1 << 20

// Read reads a slot until it has seen so many row changes, and gives the time from the
// first to the last. It decodes nothing but the kinds of the messages.
func Read(ctx context.Context, url, slot, publication string, rows int64) (time.Duration, error) {
	conn, err := replicate(ctx, url, slot, publication)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	r := reader{in: bufio.NewReaderSize(conn, gulp), out: conn}
	var first time.Time
	for seen := int64(0); seen < rows; {
		change, err := r.next()
		if err != nil {
			return 0, fmt.Errorf("read slot %s after %d changes: %w", slot, seen, err)
		}
		if change && seen == 0 {
			first = time.Now()
		}
		if change {
			seen++
		}
	}
	return time.Since(first), nil
}

// replicate logs in through pgconn, which knows the passwords, and takes the bare
// connection.
func replicate(ctx context.Context, url, slot, publication string) (net.Conn, error) {
	conn, err := pgconn.Connect(ctx, url+"&replication=database")
	if err != nil {
		return nil, fmt.Errorf("connect to read slot %s: %w", slot, err)
	}
	bare, err := conn.Hijack()
	if err != nil {
		return nil, fmt.Errorf("take the connection: %w", err)
	}
	sql := fmt.Sprintf("START_REPLICATION SLOT %s LOGICAL 0/0 (proto_version '1', publication_names '%s')\x00", slot, publication)
	msg := binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(4+len(sql)))
	if _, err := bare.Conn.Write(append(msg, sql...)); err != nil {
		return nil, fmt.Errorf("begin to read slot %s: %w", slot, err)
	}
	return inGulps(bare.Conn), nil
}

type reader struct {
	in  *bufio.Reader
	out io.Writer
	buf []byte
}

// next reads one message and says whether it is a row's change.
func (r *reader) next() (change bool, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return false, err
	}
	n := int(binary.BigEndian.Uint32(head[1:])) - 4
	if n < 0 {
		return false, errors.New("a message of negative length")
	}
	if n > cap(r.buf) {
		r.buf = make([]byte, 2*n)
	}
	b := r.buf[:n]
	if _, err := io.ReadFull(r.in, b); err != nil {
		return false, err
	}
	switch {
	case head[0] == 'E':
		return false, fmt.Errorf("the server says %q", b)
	case head[0] != 'd' || n == 0:
		return false, nil
	case b[0] == 'k' && n == 18 && b[17] == 1:
		return false, r.alive()
	case b[0] == 'w' && n > 25:
		return b[25] == 'I' || b[25] == 'U' || b[25] == 'D', nil
	}
	return false, nil
}

// alive answers a keepalive that asks for it; it confirms nothing.
func (r *reader) alive() error {
	msg := append([]byte{'d', 0, 0, 0, 38, 'r'}, make([]byte, 33)...)
	_, err := r.out.Write(msg)
	return err
}

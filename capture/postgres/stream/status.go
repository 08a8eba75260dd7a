package stream

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

const (
	statusEvery = 10 * time.Second       // at least, and three times within wal_sender_timeout
	statusCheck = 250 * time.Millisecond // how soon a confirmation is passed on
	farewellFor = time.Second
)

// status tells the server what is confirmed. It has a goroutine of its own: a reader that waits for the broker or for a snapshot would
// else be taken for dead after wal_sender_timeout.
type status struct {
	conn      net.Conn
	every     time.Duration
	confirmed func() LSN
	wake      chan struct{}
	quit      chan struct{}
	done      chan struct{}
	err       atomic.Pointer[error]
	buf       []byte
}

func startStatus(conn net.Conn, every time.Duration, confirmed func() LSN) *status {
	s := &status{conn: conn, every: every, confirmed: confirmed, wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

func (s *status) run() {
	defer close(s.done)
	tick := time.NewTicker(statusCheck)
	defer tick.Stop()
	var last LSN
	var at time.Time
	for {
		asked := false
		select {
		case <-s.quit:
			return
		case <-s.wake:
			asked = true
		case <-tick.C:
		}
		now := s.confirmed()
		if !asked && now == last && time.Since(at) < s.every {
			continue
		}
		if err := s.send(now); err != nil {
			s.err.Store(&err)
			s.conn.Close() // the reader must not wait on a connection that can't answer
			return
		}
		last, at = now, time.Now()
	}
}

func (s *status) send(confirmed LSN) error {
	s.buf = appendStatus(s.buf[:0], confirmed, time.Now().UnixMicro())
	if err := s.conn.SetWriteDeadline(time.Now().Add(statusEvery)); err != nil {
		return err
	}
	_, err := s.conn.Write(s.buf)
	return err
}

func (s *status) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *status) failed() error {
	if err := s.err.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *status) stop() {
	close(s.quit)
	<-s.done
}

// farewell sends the last status and reads on until the server hangs up: closing a socket that holds unread bytes resets it, and the
// server might then never see the status.
func (s *status) farewell() error {
	defer s.conn.Close()
	if s.failed() != nil {
		return nil
	}
	if err := s.conn.SetDeadline(time.Now().Add(farewellFor)); err != nil {
		return err
	}
	if err := s.send(s.confirmed()); err != nil {
		return err
	}
	const copyDone, terminate = "c\x00\x00\x00\x04", "X\x00\x00\x00\x04"
	if _, err := io.WriteString(s.conn, copyDone+terminate); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, s.conn)
	return nil
}

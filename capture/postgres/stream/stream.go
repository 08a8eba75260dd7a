package stream

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// Options say what to stream.
type Options struct {
	Slot        string
	Publication string
	// From is where to begin; the server begins later if the slot is confirmed further.
	From LSN
	// Confirmed gives, from any goroutine, up to where everything is published durably: what the server may forget.
	Confirmed func() LSN
}

// Stream is a running replication stream. Next, Fill and Behind belong to one goroutine.
type Stream struct {
	frames frames
	status *status
}

// Start takes conn over and begins streaming. Errors carry a fault class.
func Start(ctx context.Context, conn *pgconn.PgConn, o Options) (*Stream, error) {
	every, err := statusInterval(ctx, conn)
	if err != nil {
		return nil, connect.Fault("start replication", err)
	}
	if err := conn.SyncConn(ctx); err != nil {
		return nil, connect.Fault("start replication", err)
	}
	hijacked, err := conn.Hijack()
	if err != nil {
		return nil, fault.New(fault.Unreachable, "start replication", err, "")
	}
	s := &Stream{frames: frames{conn: hijacked.Conn, buf: make([]byte, bufferSize)}}
	if err := s.begin(ctx, o); err != nil {
		hijacked.Conn.Close()
		return nil, startFault(o.Slot, err)
	}
	s.status = startStatus(hijacked.Conn, every, o.Confirmed)
	return s, nil
}

// statusInterval is well within the time after which the server takes a silent receiver for dead.
func statusInterval(ctx context.Context, conn *pgconn.PgConn) (time.Duration, error) {
	results, err := conn.Exec(ctx, "SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'").ReadAll()
	if err != nil {
		return 0, err
	}
	ms, err := strconv.Atoi(string(results[0].Rows[0][0]))
	if err != nil || ms == 0 {
		return statusEvery, err
	}
	return min(statusEvery, time.Duration(ms)*time.Millisecond/3), nil
}

// begin sends the command itself instead of leaving it to the library: that reads ahead, and what it read would be lost to us.
func (s *Stream) begin(ctx context.Context, o Options) error {
	command := fmt.Sprintf("START_REPLICATION SLOT %s LOGICAL %s (proto_version '1', publication_names %s, messages 'true')",
		connect.QuoteName(o.Slot), o.From, connect.QuoteLiteral(connect.QuoteName(o.Publication)))
	stop := context.AfterFunc(ctx, func() { _ = s.frames.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := s.frames.conn.Write(query(command)); err != nil {
		return err
	}
	for {
		kind, body, ok := s.frames.next()
		switch {
		case !ok:
			if err := s.frames.fill(time.Time{}); err != nil {
				return err
			}
		case kind == 'W': // CopyBothResponse
			return nil
		default:
			if err := control(kind, body); err != nil {
				return err
			}
		}
	}
}

func query(sql string) []byte {
	n := 4 + len(sql) + 1
	b := append([]byte{'Q', byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, sql...)
	return append(b, 0)
}

func startFault(slot string, err error) error {
	doing := "start replication from slot " + slot
	switch {
	case connect.NoSuchObject(err):
		return fault.New(fault.HistoryLost, doing, err, "The slot or the publication is gone. What was committed since the slot was lost can only be had by `capture resnapshot`.")
	case connect.NotReady(err):
		return fault.New(fault.HistoryLost, doing, err, "The slot was invalidated (max_slot_wal_keep_size): drop it and take a new snapshot with `capture resnapshot`.")
	}
	return connect.Fault(doing, err)
}

// Next gives the next message within CopyData that is already here: KindData or KindKeepalive by its first byte. It is a view, good
// until Fill.
func (s *Stream) Next() (message []byte, ok bool, err error) {
	for {
		kind, body, ok := s.frames.next()
		if !ok {
			return nil, false, nil
		}
		if kind == 'd' && len(body) > 0 {
			return body, true, nil
		}
		if err := control(kind, body); err != nil {
			return nil, false, streamFault(err)
		}
	}
}

// Fill waits for more. It returns ErrIdle at the deadline (zero: none).
func (s *Stream) Fill(deadline time.Time) error {
	if err := s.status.failed(); err != nil {
		return fault.New(fault.Unreachable, "send a status update", err, "")
	}
	err := s.frames.fill(deadline)
	if err == nil || err == ErrIdle {
		return err
	}
	return connect.Fault("read replication stream", err)
}

func streamFault(err error) error {
	const doing = "read replication stream"
	if connect.NoSuchObject(err) {
		return fault.New(fault.Setup, doing, err, "The publication must exist at the position that is read: if it was dropped and made again, drop the slot and take a new snapshot with `capture resnapshot`.")
	}
	return connect.Fault(doing, err)
}

// Behind says whether the stream lags behind the server's clock: if so, reads are few and large, else immediate.
func (s *Stream) Behind(yes bool) { s.frames.gulps(yes) }

// Reads is how many times the socket was read.
func (s *Stream) Reads() int { return s.frames.reads }

// Reply sends a status update soon, because the server asked for one.
func (s *Stream) Reply() { s.status.poke() }

// Close sends what is confirmed a last time and closes the connection.
func (s *Stream) Close() error {
	s.status.stop()
	return s.status.farewell()
}

package postgres

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/heartbeat"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/pgtype"
)

const (
	pause    = 100 * time.Millisecond // longest wait before the loop looks around
	idleMark = time.Second            // between watermarks that only say that nothing happened
	lagNoted = time.Second            // between two reports of the lag
	behindBy = 200 * time.Millisecond // a commit older than this when it is sent: read in large gulps
)

// loop is the one goroutine that reads the stream and publishes.
type loop struct {
	cfg    Config
	log    *slog.Logger
	p      *publish.Publisher
	stream *stream.Stream
	heart  *heartbeat.Heart
	emit   *emit.Transaction

	types  pgtype.Catalog
	origin emit.Origin
	epoch  uint16

	tables    map[string]*captured // by "schema.table"
	relations relations
	pending   []*captured // whose snapshot is not published yet
	handover  *handover   // nil when no snapshot is due
	resume    slot.Resume
	asked     <-chan signal.Due // gives what operators ask for meanwhile
	restating *restating        // rows that are to be said again; nil when none are

	open     bool           // between Begin and Commit
	commit   stream.LSN     // of the open transaction
	point    publish.Point  // the last commit boundary
	marked   publish.Point  // the last point that was flushed for idleness
	markedAt time.Time      // when
	noted    time.Time      // when the lag was last reported
	begin    pgoutput.Begin // scratch
	end      pgoutput.Commit
	note     pgoutput.Message
	cut      pgoutput.Truncate

	age            time.Duration // of the last transaction when it was sent, 0 when there was nothing to send
	changes, bytes int           // since the last look around
	moved          bool
}

// captured is a table with a contract.
type captured struct {
	contract *contract.Contract
	topic    *publish.Topic
	// pending: its snapshot is not published yet, and will hold what the stream says of it up to then.
	pending bool
}

func (l *loop) loop(ctx context.Context) error {
	for {
		message, ok, err := l.stream.Next()
		switch {
		case err != nil:
			return err
		case ok:
			err = l.handle(ctx, message)
		default:
			err = l.rest(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// rest is where the loop is when all that was read is handled: it looks around and waits for more.
func (l *loop) rest(ctx context.Context) error {
	now := time.Now()
	if err := l.look(ctx, now); err != nil {
		return err
	}
	until := now.Add(pause)
	if due := l.p.Due(); !l.open && !due.IsZero() && due.Before(until) {
		until = due
	}
	err := l.stream.Fill(until)
	if errors.Is(err, stream.ErrIdle) {
		l.caughtUp()
		return l.heart.Stalled(time.Now())
	}
	return err
}

func (l *loop) look(ctx context.Context, now time.Time) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case due := <-l.asked:
		if due.Anew() {
			return signal.Restart(due)
		}
		l.restate(ctx, due)
	default:
	}
	l.emit.Now(now.UnixMilli())
	if l.moved {
		l.moved = false
		l.heart.Progress(now)
	}
	if l.changes > 0 {
		l.cfg.Observer.Captured(l.changes, l.bytes)
		l.changes, l.bytes = 0, 0
	}
	if now.Sub(l.noted) >= lagNoted {
		l.noted = now
		l.noteLag()
	}
	if l.open {
		return l.p.Err()
	}
	if err := l.passed(ctx); err != nil {
		return err
	}
	if err := l.restated(ctx, stream.LSN(l.point.Position.Commit)); err != nil {
		return err
	}
	return l.mark(now)
}

// caughtUp is called when the server has nothing more to send.
func (l *loop) caughtUp() {
	l.age = 0
	l.stream.Behind(false)
}

// mark flushes what is due, and once in a while a point at which nothing happened: an idle database moves its watermark and its slot too.
func (l *loop) mark(now time.Time) error {
	if due := l.p.Due(); !due.IsZero() {
		if now.Before(due) {
			return l.p.Err()
		}
		return l.flush(now)
	}
	if l.point.Position == l.marked.Position || now.Sub(l.markedAt) < idleMark {
		return l.p.Err()
	}
	return l.flush(now)
}

func (l *loop) flush(now time.Time) error {
	l.marked, l.markedAt = l.point, now
	return l.p.Flush(l.point)
}

func (l *loop) noteLag() {
	var bytes uint64
	if end, done := l.heart.WALEnd(), l.confirmed(); end > done {
		bytes = uint64(end - done)
	}
	l.cfg.Observer.Lag(bytes, max(l.age, 0))
}

// confirmed is what the server may forget. It is called from the status goroutine too.
func (l *loop) confirmed() stream.LSN {
	return stream.LSN(l.p.Confirmed().Position.Commit)
}

// noteProgress renders what the watermark remembers of the slot and the snapshots.
func (l *loop) noteProgress() {
	l.point.Resume = l.resume.Encode()
	l.point.Complete = len(l.pending) == 0 // rule: complete-after-snapshot
}

func (l *loop) close() {
	if l.handover != nil {
		l.handover.close()
	}
	if l.restating != nil {
		l.restating.close()
	}
	if err := l.stream.Close(); err != nil {
		l.log.Debug("close the stream", "err", err)
	}
}

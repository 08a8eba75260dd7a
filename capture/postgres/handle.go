package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

// handle takes one message of the walsender.
func (l *loop) handle(ctx context.Context, message []byte) error {
	switch message[0] {
	case stream.KindData:
		d, err := stream.ParseData(message)
		if err != nil {
			return err
		}
		l.moved = true
		l.bytes += len(message)
		return l.change(ctx, &d)
	case stream.KindKeepalive:
		k, err := stream.ParseKeepalive(message)
		if err != nil {
			return err
		}
		return l.keepalive(k)
	}
	return fault.New(fault.Unsupported, "read replication stream", fmt.Errorf("unknown message %q", message[0]), "")
}

// keepalive moves the point where nothing is open: all commits below Sent were sent before it.
func (l *loop) keepalive(k stream.Keepalive) error {
	if k.ReplyRequested {
		l.stream.Reply()
	}
	if !l.open && uint64(k.Sent) > l.point.Position.Commit {
		l.point.Position.Commit = uint64(k.Sent)
		l.moved = true
		l.caughtUp()
	}
	return nil
}

// change takes one message of the output plugin.
func (l *loop) change(ctx context.Context, d *stream.Data) error {
	kind := pgoutput.Kind(d.Payload[0])
	switch kind {
	case pgoutput.KindInsert, pgoutput.KindUpdate, pgoutput.KindDelete:
		l.changes++
		return l.row(ctx, kind, d)
	case pgoutput.KindBegin:
		return l.began(ctx, d)
	case pgoutput.KindCommit:
		return l.committed(d)
	case pgoutput.KindRelation:
		return l.relation(ctx, d.Payload)
	case pgoutput.KindTruncate:
		l.changes++
		return l.truncated(ctx, d)
	case pgoutput.KindMessage:
		return l.message(d)
	case pgoutput.KindType, pgoutput.KindOrigin:
		return nil
	}
	return fault.New(fault.Unsupported, "read replication stream", fmt.Errorf("unknown pgoutput message %s", kind), "")
}

func (l *loop) began(ctx context.Context, d *stream.Data) error {
	if err := l.begin.Parse(d.Payload); err != nil {
		return err
	}
	l.commit = stream.LSN(l.begin.CommitLSN)
	if l.handover != nil {
		if err := l.reached(ctx, l.commit); err != nil {
			return err
		}
	}
	if err := l.restated(ctx, l.commit); err != nil {
		return err
	}
	l.open = true
	l.emit.Begin(&l.begin)
	l.age = time.Duration(d.SendTime-l.begin.CommitTime) * time.Microsecond
	l.stream.Behind(l.age > behindBy)
	return nil
}

func (l *loop) committed(d *stream.Data) error {
	if err := l.end.Parse(d.Payload); err != nil {
		return err
	}
	if !l.open || stream.LSN(l.end.CommitLSN) != l.commit {
		return fault.New(fault.Unsupported, "read replication stream", fmt.Errorf("commit at %s ends the transaction of %s", stream.LSN(l.end.CommitLSN), l.commit), "")
	}
	l.open = false
	l.point.Position.Commit = max(l.point.Position.Commit, l.end.EndLSN)
	l.point.CommitTime = l.end.CommitTime
	return l.p.Commit(l.point) // rule: commit-boundary
}

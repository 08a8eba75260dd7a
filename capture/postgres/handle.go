package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/heartbeat"
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
	return l.p.Commit(l.point)
}

// row takes one row change.
func (l *loop) row(ctx context.Context, kind pgoutput.Kind, d *stream.Data) error {
	oid, err := pgoutput.RelationOf(d.Payload)
	if err != nil {
		return err
	}
	r := l.relations.find(oid)
	if r == nil {
		return fault.New(fault.Unreachable, "read replication stream", fmt.Errorf("a change of relation %d, which was never described", oid), "")
	}
	if r.table == nil {
		l.emit.Skip(kind)
		return nil
	}
	if r.captured.pending {
		held, err := l.contained(ctx)
		if err != nil {
			return err
		}
		if held {
			l.emit.Skip(kind)
			return nil
		}
	}
	switch kind {
	case pgoutput.KindInsert:
		return l.emit.Insert(r.table, d.Payload, uint64(d.LSN))
	case pgoutput.KindUpdate:
		return l.emit.Update(r.table, d.Payload, uint64(d.LSN))
	}
	return l.emit.Delete(r.table, d.Payload, uint64(d.LSN))
}

func (l *loop) truncated(ctx context.Context, d *stream.Data) error {
	if err := l.cut.Parse(d.Payload); err != nil {
		return err
	}
	for _, oid := range l.cut.Relations {
		r := l.relations.find(oid)
		skip := r == nil || r.table == nil
		if !skip && r.captured.pending {
			held, err := l.contained(ctx)
			if err != nil {
				return err
			}
			skip = held
		}
		if skip {
			l.emit.Skip(pgoutput.KindTruncate)
			continue
		}
		if err := l.emit.Truncated(r.table, uint64(d.LSN)); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) message(d *stream.Data) error {
	if err := l.note.Parse(d.Payload); err != nil {
		return err
	}
	if string(l.note.Prefix) == heartbeat.Prefix {
		l.heart.Seen(l.note.Content)
	}
	return nil
}

package postgres

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/heartbeat"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

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

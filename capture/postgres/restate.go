package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/postgres/snapshot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// restating is rows on their way to be said again. They are read at a position S of their own and published once every commit
// below S is: a change that they contain must not come after them. What is beyond S may come before them, as the sink then
// leaves them aside.
type restating struct {
	due    signal.Due
	ready  chan saidAgain // gives one result
	known  *saidAgain
	cancel context.CancelFunc
}

type saidAgain struct {
	at   emit.Snapshot
	rows []saidRow
	err  error
}

type saidRow struct {
	of         *captured
	table      *emit.Table
	op         event.Op
	key, value []byte
}

// restate begins to read rows again. The signal counts as carried out from here on: whoever asked compares afterwards, and
// asks again where a kill came between.
func (l *loop) restate(ctx context.Context, due signal.Due) {
	l.log.Info("reading rows again", due.Resume()...)
	l.point.Signals = due.Next
	ctx, cancel := context.WithCancel(ctx)
	r := &restating{due: due, ready: make(chan saidAgain, 1), cancel: cancel}
	l.restating = r
	take := &taking{cfg: l.cfg, origin: l.origin, epoch: l.epoch}
	var asked []signal.Rows
	for _, rows := range due.Rows {
		if c := l.tables[rows.Table]; c != nil && len(c.contract.Key) > 0 {
			take.pending, asked = append(take.pending, c), append(asked, rows)
		}
	}
	go func() { r.ready <- take.again(ctx, asked) }()
}

func (r *restating) close() {
	r.cancel()
	if r.known == nil {
		known := <-r.ready
		r.known = &known
	}
}

// again reads the asked rows of the pending tables, one list each.
func (t *taking) again(ctx context.Context, asked []signal.Rows) (s saidAgain) {
	if s.err = t.exported(ctx, "restate"); s.err != nil {
		return s
	}
	defer t.export.Close()
	job, err := t.job(ctx)
	if s.at, s.err = job.At, err; err != nil {
		return s
	}
	for i, rows := range asked {
		c, table := t.pending[i], job.Encode[i]
		var key []string
		for _, k := range c.contract.KeyColumns() {
			key = append(key, k.Name)
		}
		err := t.export.Keyed(ctx, t.cfg.URL, job.Tables[i], key, rows.Keys, func(row pgoutput.Tuple, found bool) error {
			s.rows = append(s.rows, said(s.at, c, table, row, found))
			return nil
		})
		if err != nil { // one key that is none must not keep the others waiting
			t.cfg.Logger.Error("rows that were asked for could not be read again", "table", rows.Table, "err", err)
		}
	}
	return s
}

func said(at emit.Snapshot, c *captured, table *emit.Table, row pgoutput.Tuple, found bool) saidRow {
	now, r := time.Now().UnixMilli(), saidRow{of: c, table: table, op: event.Read}
	var b []byte
	var key int
	if found {
		b, key = at.AppendRow(nil, table, row, now)
	} else {
		r.op = event.Delete
		b, key = at.AppendGone(nil, table, row, now)
	}
	r.key, r.value = b[:key:key], b[key:]
	return r
}

// restated publishes the rows if they are read and every commit that they contain is published: those below at are. A table
// whose snapshot is still to come needs them no more.
func (l *loop) restated(ctx context.Context, at stream.LSN) error {
	r := l.restating
	if r == nil {
		return nil
	}
	if r.known == nil {
		select {
		case known := <-r.ready:
			r.known = &known
		default:
			return nil
		}
	}
	if r.known.err == nil && stream.LSN(r.known.at.LSN) > at {
		return nil
	}
	l.restating = nil
	r.cancel()
	l.asked = l.p.Watch(ctx, r.due.Next)
	if err := r.known.err; err != nil {
		l.log.Error("rows that were asked for could not be read again; ask once more", "err", err, "class", fault.ClassOf(err))
		return nil
	}
	return l.say(r.known)
}

func (l *loop) say(s *saidAgain) error {
	for _, row := range s.rows {
		if row.of.pending {
			continue
		}
		if err := l.p.Append(row.table.Topic, row.key, row.value, s.at.Restated(row.table, row.op)); err != nil {
			return err
		}
	}
	l.log.Info("rows said again", "position", stream.LSN(s.at.LSN).String(), "rows", len(s.rows))
	return nil
}

// exported makes the temporary slot for its snapshot where there is none yet.
func (t *taking) exported(ctx context.Context, what string) (err error) {
	if t.export == nil {
		t.export, err = snapshot.Create(ctx, t.cfg.URL, fmt.Sprintf("%.40s_%s", t.cfg.Slot, what), true)
	}
	return err
}

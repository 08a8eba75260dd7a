package postgres

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/heartbeat"
	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/snapshot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// firstEpoch is that of a source that was never captured before.
const firstEpoch = 1

// start is where and as what a run begins.
type start struct {
	epoch  uint16
	lsn    stream.LSN
	time   int64 // commit time of lsn, microseconds since 1970
	resume slot.Resume
	now    stream.LSN       // the log's end, for the order of events
	export *snapshot.Export // of a slot that was made just now

	due     signal.Due        // what operators ask for
	renewed bool              // a signal began this epoch
	stands  *catalog.Standing // how the tables are published now
}

// prepare checks that this is the database that last knows, opens the topics and starts the stream.
func (s *Source) prepare(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) (*loop, error) {
	repl, err := connect.Replication(ctx, s.cfg.URL)
	if err != nil {
		return nil, err
	}
	due, err := p.Signals(ctx, publish.PointOf(last).Signals)
	if err != nil {
		repl.Close(ctx)
		return nil, err
	}
	st, err := s.locate(ctx, repl, last, due)
	if err != nil {
		repl.Close(ctx)
		return nil, err
	}
	l, err := s.assemble(ctx, p, st)
	if err == nil {
		err = l.settleStart(ctx, st)
	}
	if err == nil {
		l.stream, err = stream.Start(ctx, repl, stream.Options{Slot: s.cfg.Slot, Publication: s.cfg.Publication, From: st.lsn, Confirmed: l.confirmed})
	}
	if err != nil {
		repl.Close(ctx)
		if st.export != nil {
			st.export.Close()
		}
		return nil, err
	}
	l.takeSnapshots(ctx, st)
	l.asked = p.Watch(ctx, due.Next)
	if len(due.Rows) > 0 {
		l.restate(ctx, due)
	}
	s.cfg.Logger.Info("streaming", "slot", s.cfg.Slot, "from", st.lsn.String(), "epoch", st.epoch, "snapshots_due", len(l.pending))
	return l, nil
}

// settleStart writes down what the run begins with: the slot's identity is known from before the first row on. rule: epoch-before-rows:
// rows of a new epoch before its watermark would be followed, after a kill, by the same epoch of another history.
func (l *loop) settleStart(ctx context.Context, st *start) error {
	if err := l.p.Flush(l.point); err != nil || !st.renewed {
		return err
	}
	return l.p.Wait(ctx, l.point)
}

// locate finds the slot, or makes it where nothing was captured yet or a signal asks for it.
func (s *Source) locate(ctx context.Context, repl *pgconn.PgConn, last *watermark.Watermark, due signal.Due) (*start, error) {
	id, now, err := slot.Identify(ctx, repl, s.sql)
	if err != nil {
		return nil, err
	}
	info, err := slot.Look(ctx, s.sql, s.cfg.Slot) // rule: look-under-lease
	if err != nil {
		return nil, err
	}
	st := &start{epoch: firstEpoch, now: now, due: due, resume: slot.Resume{Slot: s.cfg.Slot, Publication: s.cfg.Publication, Identity: id, Tables: map[string]slot.Done{}}}
	if st.stands, err = catalog.LookStanding(ctx, s.sql, s.cfg.Publication, s.tables()); err != nil {
		return nil, err
	}
	if due.Whole {
		return st, s.renew(ctx, st, info, last, &due)
	}
	if err := info.Usable(s.sql.Config().Database, now); err != nil {
		return nil, err
	}
	switch {
	case last != nil:
		return st, st.goOn(s.cfg, info, id, last)
	case info != nil:
		st.lsn = info.Confirmed
		return st, nil
	}
	if err := s.published(ctx); err != nil {
		return nil, err
	}
	return st, s.create(ctx, st)
}

// published fails if there is no publication: one that is made after the slot does not exist at the positions that the slot reads, and
// only another slot would help then.
func (s *Source) published(ctx context.Context) error {
	p, err := catalog.LookPublication(ctx, s.sql, s.cfg.Publication)
	if err == nil && p == nil {
		err = fault.New(fault.Setup, "make slot "+s.cfg.Slot, fmt.Errorf("publication %s does not exist", s.cfg.Publication), "")
	}
	return err
}

func (st *start) goOn(cfg Config, info *slot.Info, id slot.Identity, last *watermark.Watermark) error {
	known, err := slot.Parse(last.Resume)
	if err != nil {
		return err
	}
	st.epoch, st.lsn, st.time = last.Position.Epoch, stream.LSN(last.Position.Commit), last.CommitTime // rule: resume-at-checkpoint
	if err := known.Continues(info, cfg.Slot, cfg.Publication, id, st.lsn, st.now); err != nil {
		return err
	}
	if known.Tables != nil {
		st.resume.Tables = known.Tables
	}
	st.resume.Standing = known.Standing
	st.again(cfg.Logger)
	return st.resume.Stands(st.stands, st.lsn, st.now)
}

// again forgets the snapshots of the tables that signals name: they are taken once more, at a position of their own.
func (st *start) again(log *slog.Logger) {
	if len(st.due.Tables) == 0 {
		return
	}
	log.Warn("taking new snapshots", st.due.Resume()...)
	for _, t := range st.due.Tables {
		st.resume.Forget(t) // rule: pending-in-checkpoint
	}
}

// assemble opens the topics and builds the loop around them.
func (s *Source) assemble(ctx context.Context, p *publish.Publisher, st *start) (*loop, error) {
	types, err := catalog.Types(ctx, s.sql)
	if err != nil {
		return nil, err
	}
	l := &loop{
		cfg: s.cfg, log: s.cfg.Logger, p: p, types: types,
		origin: emit.Origin{Source: s.cfg.Name, Database: s.sql.Config().Database},
		epoch:  st.epoch, resume: st.resume, tables: map[string]*captured{},
		emit:  emit.NewTransaction(p, st.epoch),
		heart: heartbeat.New(s.sql, s.cfg.Heartbeat, s.cfg.Stall),
		point: publish.Point{Position: position.Position{Epoch: st.epoch, Commit: uint64(st.lsn)}, CommitTime: st.time, Signals: st.due.Next}, // rule: signal-in-checkpoint
	}
	for _, c := range s.cfg.Contracts {
		open := p.Topic
		if st.due.Has(c.Name()) {
			open = p.Anew
		}
		topic, err := open(ctx, c.Topic())
		if err != nil {
			return nil, err
		}
		_, done := st.resume.Tables[c.Name()]
		t := &captured{contract: c, topic: topic, pending: !done}
		l.tables[c.Name()] = t
		l.resume.Note(st.stands, c.Name())
		if t.pending {
			l.pending = append(l.pending, t)
		}
	}
	l.resume.Keep(s.tables())
	l.heart.Watch = l.watchStanding(s.tables())
	p.SetFingerprint(s.Fingerprint())
	l.noteProgress()
	return l, nil
}

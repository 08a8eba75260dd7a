package postgres

import (
	"context"
	"fmt"

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
}

// prepare checks that this is the database that last knows, opens the topics and starts the stream.
func (s *Source) prepare(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) (*loop, error) {
	repl, err := connect.Replication(ctx, s.cfg.URL)
	if err != nil {
		return nil, err
	}
	st, err := s.locate(ctx, repl, last)
	if err != nil {
		repl.Close(ctx)
		return nil, err
	}
	l, err := s.assemble(ctx, p, st)
	if err == nil {
		err = l.p.Flush(l.point) // the slot's identity is known from before the first row on
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
	s.cfg.Logger.Info("streaming", "slot", s.cfg.Slot, "from", st.lsn.String(), "epoch", st.epoch, "snapshots_due", len(l.pending))
	return l, nil
}

// locate finds the slot, or makes it where nothing was captured yet.
func (s *Source) locate(ctx context.Context, repl *pgconn.PgConn, last *watermark.Watermark) (*start, error) {
	id, now, err := slot.Identify(ctx, repl, s.lease)
	if err != nil {
		return nil, err
	}
	info, err := slot.Look(ctx, s.lease, s.cfg.Slot)
	if err != nil {
		return nil, err
	}
	if err := info.Usable(s.lease.Config().Database); err != nil {
		return nil, err
	}
	st := &start{epoch: firstEpoch, now: now, resume: slot.Resume{Slot: s.cfg.Slot, Publication: s.cfg.Publication, Identity: id, Tables: map[string]slot.Done{}}}
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
	if st.export, err = snapshot.Create(ctx, s.cfg.URL, s.cfg.Slot, false); err != nil {
		return nil, err
	}
	st.lsn = st.export.LSN
	s.cfg.Logger.Info("slot created", "slot", s.cfg.Slot, "position", st.lsn.String())
	return st, nil
}

// published fails if there is no publication: one that is made after the slot does not exist at the positions that the slot reads, and
// only another slot would help then.
func (s *Source) published(ctx context.Context) error {
	p, err := catalog.LookPublication(ctx, s.lease, s.cfg.Publication)
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
	st.epoch, st.lsn, st.time = last.Position.Epoch, stream.LSN(last.Position.Commit), last.CommitTime
	if err := known.Continues(info, cfg.Slot, cfg.Publication, id, st.lsn, st.now); err != nil {
		return err
	}
	if known.Tables != nil {
		st.resume.Tables = known.Tables
	}
	return nil
}

// assemble opens the topics and builds the loop around them.
func (s *Source) assemble(ctx context.Context, p *publish.Publisher, st *start) (*loop, error) {
	types, err := catalog.Types(ctx, s.lease)
	if err != nil {
		return nil, err
	}
	l := &loop{
		cfg: s.cfg, log: s.cfg.Logger, p: p, types: types,
		origin: emit.Origin{Source: s.cfg.Name, Database: s.lease.Config().Database},
		epoch:  st.epoch, resume: st.resume, tables: map[string]*captured{},
		emit:  emit.NewTransaction(p, st.epoch),
		heart: heartbeat.New(s.lease, s.cfg.Heartbeat, s.cfg.Stall),
		point: publish.Point{Position: position.Position{Epoch: st.epoch, Commit: uint64(st.lsn)}, CommitTime: st.time},
	}
	for _, c := range s.cfg.Contracts {
		topic, err := p.Topic(ctx, c.Topic())
		if err != nil {
			return nil, err
		}
		_, done := st.resume.Tables[c.Name()]
		t := &captured{contract: c, topic: topic, pending: !done}
		l.tables[c.Name()] = t
		if t.pending {
			l.pending = append(l.pending, t)
		}
	}
	p.SetFingerprint(s.Fingerprint())
	l.noteProgress()
	return l, nil
}

package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/emit"
	"github.com/tidemark-cdc/tidemark/capture/mongo/frontier"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/capture/mongo/snapshot"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// firstEpoch is that of a source that was never captured before.
const firstEpoch = 1

// settled is how long after a first look at the clock a snapshot begins: a server may show the clusterTime of a write that
// is still being committed, and that write must be seen by the scan.
const settled = 500 * time.Millisecond

// start is where a run begins.
type start struct {
	epoch uint16
	done  clock.Time // everything up to it is published
	wall  int64      // its time of day, microseconds since 1970
	state *resume.State
}

// prepare checks that this is the deployment that last knows, opens the topics and the stream.
func (s *Source) prepare(ctx context.Context, client *mongo.Client, server connect.Server, p publisher, last *watermark.Watermark) (*loop, error) {
	if server.SetName == "" && !server.Sharded {
		return nil, fault.New(fault.Setup, "capture "+connect.Redact(s.cfg.URL), errors.New("the server is not a member of a replica set"),
			"Change streams need a replica set: start mongod with --replSet rs0 and run rs.initiate() once; one member is enough.")
	}
	pulse, err := connect.Feel(ctx, client)
	if err != nil {
		return nil, err
	}
	asked, err := s.asked(ctx, p, last) // before anything that stops: the signal may be the way out
	if err != nil {
		return nil, err
	}
	st, err := s.locate(server, pulse, last, asked)
	if err != nil {
		return nil, err
	}
	if w := st.state.Witness; len(w.After) > 0 && last.Fingerprint == s.Fingerprint() { // another set of collections may have another first event
		if err := s.recognise(ctx, client, server, w); err != nil {
			return nil, err
		}
	}
	l := &loop{
		cfg: s.cfg, log: s.cfg.Logger, p: p, client: client, server: server, namespaces: s.namespaces(), state: st.state,
		front: frontier.Frontier{Sharded: server.Sharded, Settle: s.cfg.Settle},
		scan:  snapshot.Reader{Client: client, Batch: int32(s.cfg.Batch)},
		// rule: resume-at-checkpoint
		token: st.state.Token, tail: st.state.Token, from: st.done, resumed: len(st.state.Token) > 0, pulse: pulse, provenAt: st.done, signals: asked.Next, wanted: asked.Rows,
	}
	if len(l.state.Proven) == 0 {
		l.state.Proven = l.token
	}
	l.emit = emit.Emitter{Records: p, Epoch: st.epoch, Lookup: l.scan.Lookup}
	l.front.Start(st.done, st.wall)
	if err := l.openTables(ctx, asked); err != nil {
		return nil, err
	}
	// Where the stream begins is known from before the first row on, and with it that the signals' work has begun: a kill
	// before this is acknowledged begins it again, a kill after it goes on with it. rule: pending-in-checkpoint
	if err := p.Flush(l.point()); err != nil {
		return nil, err
	}
	renewed := last == nil || st.epoch != last.Position.Epoch
	if renewed {
		if !pause(ctx, settled) {
			return nil, ctx.Err()
		}
	} else {
		l.hold = pulse.Written
	}
	if !renewed {
		if err := l.reaches(ctx); err != nil {
			return nil, err
		}
	}
	return l, l.open(ctx)
}

// asked gives what signals ask for that the last watermark does not know to be carried out. A first start does all that
// could be asked for.
func (s *Source) asked(ctx context.Context, p publisher, last *watermark.Watermark) (signal.Due, error) {
	if last == nil {
		due, err := p.Signals(ctx, 0)
		return signal.Due{Next: due.Next}, err
	}
	due, err := p.Signals(ctx, last.Signals)
	if err == nil && due.Any() {
		s.cfg.Logger.Info("carrying out what was asked for", due.Resume()...)
	}
	return due, err
}

// locate says where to begin: where last stands, or now.
func (s *Source) locate(server connect.Server, now connect.Pulse, last *watermark.Watermark, asked signal.Due) (*start, error) {
	if last == nil || asked.Whole {
		st := &start{epoch: firstEpoch, done: now.Written, wall: now.Wall, state: &resume.State{Collections: map[string]*resume.Collection{}}}
		if last != nil {
			st.epoch = last.Position.Epoch + 1
		}
		st.state.Set = server.SetName
		return st, nil
	}
	state, err := resume.Parse(last.Resume)
	if err != nil {
		return nil, fault.New(fault.Foreign, "resume source "+s.cfg.Name, err, "The last watermark was not written by this source. Give the source another name, or begin anew. "+resnapshot(s.cfg.Name))
	}
	done := clock.Time(last.Position.Commit)
	switch {
	case state.Set != server.SetName:
		return nil, fault.New(fault.Foreign, "resume source "+s.cfg.Name, fmt.Errorf("the server is of replica set %q, the last watermark of %q", server.SetName, state.Set),
			"Point the configuration at the deployment that it knew. If this one took its place: "+resnapshot(s.cfg.Name))
	case now.Written < done:
		return nil, s.setBack(fmt.Errorf("the server's last write is at %s, but capture stood at %s already", now.Written, done))
	}
	return &start{epoch: last.Position.Epoch, done: done, wall: last.CommitTime, state: state}, nil
}

// openTables opens a topic for each collection. One without a state wants a snapshot, and so does one that is asked for; one
// that is captured no more is forgotten.
func (l *loop) openTables(ctx context.Context, asked signal.Due) error {
	known := l.state.Collections
	l.state.Collections = make(map[string]*resume.Collection, len(l.cfg.Contracts))
	for _, c := range l.cfg.Contracts {
		open, state := l.p.Topic, known[c.Name()]
		if asked.Has(c.Name()) {
			open = l.p.Anew
			if state != nil { // what was published until now may show later states than it says
				state = &resume.Collection{Fuzzy: state.Fuzzy}
			}
		}
		topic, err := open(ctx, c.Topic())
		if err != nil {
			return err
		}
		if state == nil {
			state = &resume.Collection{}
		}
		l.state.Collections[c.Name()] = state
		l.tables = append(l.tables, emit.NewTable(c, topic, l.cfg.Name, state))
	}
	l.state.Touch()
	return nil
}

// pause waits and reports whether it could.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

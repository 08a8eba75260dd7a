package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/emit"
	"github.com/tidemark-cdc/tidemark/capture/mongo/frontier"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// batch handles what one request to the server gave.
func (l *loop) batch(ctx context.Context, b *stream.Batch) error {
	l.emit.Batch(max(b.Served, l.pulse.Written), l.lookedUp, time.Now())
	l.follows(b)
	bytes := 0
	for _, doc := range b.Docs {
		bytes += len(doc)
		e, whole, err := l.asm.Next(doc)
		if err != nil {
			return fault.New(fault.Unsupported, "read a change event", err, "")
		}
		if !whole {
			continue
		}
		if err := l.event(ctx, e); err != nil {
			return err
		}
	}
	if b.Empty() {
		return l.idle(ctx, b)
	}
	l.cfg.Observer.Captured(len(b.Docs), bytes)
	return nil
}

// event handles one event. The first of a new clusterTime completes the one before, which is where a watermark or a
// snapshot's rows may stand.
func (l *loop) event(ctx context.Context, e *stream.Event) error {
	if e.Time <= l.from {
		return l.passOver(e)
	}
	next := e.Time > l.front.Last()
	if _, err := l.front.Event(e.Time, emit.Wall(e)); err != nil {
		return l.backwards(err)
	}
	if next {
		l.token = l.tail
		l.state.Witness = resume.Witness{After: l.tail, At: e.Time, Wall: e.Wall}
		if err := l.boundary(ctx, e); err != nil {
			return err
		}
	}
	if err := l.emitEvent(ctx, e); err != nil {
		return err
	}
	l.tail = e.Token
	return nil
}

// passOver leaves out what lies at or below where the run began. A run that begins at a clusterTime is given its events
// again; one that resumes behind a token should not be, unless shards are involved.
func (l *loop) passOver(e *stream.Event) error {
	if l.resumed && !l.server.Sharded {
		return l.backwards(fmt.Errorf("%w: a change of %s.%s at %s, but everything up to %s was published", frontier.ErrBackwards, e.Database, e.Collection, e.Time, l.from))
	}
	return nil
}

// boundary is between two clusterTimes: all that is appended is complete.
func (l *loop) boundary(ctx context.Context, e *stream.Event) error {
	if l.front.Late != l.late {
		l.log.Warn("an event came after its clusterTime was taken for complete; nothing is lost, the watermark was ahead for a moment", "clusterTime", e.Time.String(), "times", l.front.Late)
		l.late = l.front.Late
	}
	now := time.Now()
	if done, _ := l.front.Done(); e.Time > done {
		if l.scannable() && now.Sub(l.chunked) >= l.cfg.ChunkTime {
			if err := l.chunk(ctx); err != nil {
				return err
			}
		}
		if err := l.endSnapshots(); err != nil {
			return err
		}
		if err := l.restate(ctx); err != nil {
			return err
		}
	}
	if due := l.p.Due(); !due.IsZero() && !now.Before(due) {
		return l.flush()
	}
	return nil
}

// idle handles that the server has nothing more.
func (l *loop) idle(ctx context.Context, b *stream.Batch) error {
	if l.asm.Open() {
		return nil // the rest of a split event is to come
	}
	l.front.Idle(b)
	l.tail = b.Token
	if !l.front.Whole() {
		return nil
	}
	l.token = b.Token
	if err := l.endSnapshots(); err != nil {
		return err
	}
	return l.mark(time.Now())
}

func (l *loop) emitEvent(ctx context.Context, e *stream.Event) error {
	switch e.Kind {
	case stream.Insert, stream.Update, stream.Replace, stream.Delete:
		t := l.table(e.Database, e.Collection)
		if t == nil {
			return nil
		}
		fuzzy := t.State.Fuzzy
		err := l.emit.Event(ctx, t, e)
		if t.State.Fuzzy != fuzzy {
			l.state.Touch()
		}
		return err
	case stream.Drop, stream.DropDatabase:
		return l.dropped(e)
	case stream.Rename:
		return l.renamed(e)
	case stream.Invalidate:
		l.log.Info("the server ends the change stream: a database was dropped", "clusterTime", e.Time.String())
	}
	return nil
}

func (l *loop) table(database, collection []byte) *emit.Table {
	for _, t := range l.tables {
		if t.Of(database, collection) {
			return t
		}
	}
	return nil
}

// dropped emits that a collection is gone, or every one of a database: then the drops came before, but no server promises
// that, and a second truncate does nothing.
func (l *loop) dropped(e *stream.Event) error {
	for _, t := range l.tables {
		if t.Of(e.Database, e.Collection) || e.Kind == stream.DropDatabase && string(e.Database) == t.Namespace.Database {
			l.log.Warn("a captured collection was dropped; its rows are retracted", "collection", t.Namespace.String(), "clusterTime", e.Time.String())
			if err := l.emit.Dropped(t, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// renamed stops: under the old name everything is gone and under the new one everything is there, without one event per
// document.
func (l *loop) renamed(e *stream.Event) error {
	from, to := l.table(e.Database, e.Collection), l.table(e.ToDatabase, e.To)
	if from == nil && to == nil {
		return nil
	}
	what := fmt.Errorf("%s.%s was renamed to %s.%s at %s", e.Database, e.Collection, e.ToDatabase, e.To, e.Time)
	return fault.New(fault.Unsupported, "follow a rename", what,
		"A rename moves all documents without an event for each. Change the contract to the new name if that is what it should follow, then begin anew. "+resnapshot(l.cfg.Name))
}

func (l *loop) backwards(err error) error {
	if !errors.Is(err, frontier.ErrBackwards) {
		return err
	}
	return fault.New(fault.Unsupported, "read the change stream", err,
		"The server broke the order of its change stream. Report this with the server's version. "+resnapshot(l.cfg.Name))
}

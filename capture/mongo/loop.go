package mongo

import (
	"context"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/emit"
	"github.com/tidemark-cdc/tidemark/capture/mongo/frontier"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/capture/mongo/snapshot"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// loop is the one goroutine that handles the stream and publishes.
type loop struct {
	cfg        Config
	log        *slog.Logger
	p          publisher
	client     *mongo.Client
	server     connect.Server
	namespaces []stream.Namespace
	tables     []*emit.Table

	reader *stream.Reader
	asm    stream.Assembler
	front  frontier.Frontier
	emit   emit.Emitter
	scan   snapshot.Reader
	state  *resume.State

	from     clock.Time // what the run began behind
	resumed  bool       // it resumes behind a token
	hold     clock.Time // snapshots wait until the stream is here
	token    bson.Raw   // resumes behind what is complete
	tail     bson.Raw   // resumes behind what was handled
	lookedUp bool       // the open stream has the server look updates up
	caughtUp time.Time  // when the stream was last seen to follow the server closely
	provenAt clock.Time // of the newest event when the last proof was made
	late     int        // of the frontier's, as far as they were logged

	wanted   []signal.Rows // rows that are to be said again
	signals  int64         // the offset below which all signals are carried out, or begun in the state
	pulse    connect.Pulse // the newest
	marked   publish.Point // the last that was flushed
	markedAt time.Time
	chunked  time.Time // when the last chunk of a snapshot ended
}

func (l *loop) loop(ctx context.Context) error {
	pulses, asked := l.feel(ctx), l.p.Watch(ctx, l.signals)
	for {
		if l.due(time.Now()) {
			if err := l.chunk(ctx); err != nil {
				return err
			}
		}
		if l.front.Whole() {
			if err := l.restate(ctx); err != nil {
				return err
			}
		}
		var err error
		select {
		case b, ok := <-l.reader.Batches():
			if !ok {
				err = l.reopen(ctx)
			} else {
				err = l.batch(ctx, &b)
			}
		case pulse := <-pulses:
			err = l.beat(ctx, pulse)
		case <-l.timer():
			if !l.due(time.Now()) {
				err = l.flush()
			}
		case due := <-asked:
			if !due.Anew() {
				l.wanted, l.signals = append(l.wanted, due.Rows...), due.Next
				asked = l.p.Watch(ctx, due.Next)
				break
			}
			if err := l.settle(ctx); err != nil {
				return err
			}
			return signal.Restart(due) // the start carries it out
		case <-l.p.Done():
			return l.p.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// timer fires when the publisher wants to flush, or when a snapshot can go on.
func (l *loop) timer() <-chan time.Time {
	if l.due(time.Now()) {
		return time.After(0)
	}
	if due := l.p.Due(); !due.IsZero() {
		return time.After(time.Until(due))
	}
	return nil
}

// complete reports that everything up to the last complete clusterTime is in the topics.
func (l *loop) complete() bool { return !l.state.Open() && l.certain() } // rule: complete-after-snapshot

// point is the last complete clusterTime. It may be flushed while more than that is appended: the watermark then states
// end offsets that also cover what is beyond, which is never too little.
func (l *loop) point() publish.Point {
	done, wall := l.front.Done()
	return publish.Point{
		// rule: commit-boundary
		Position:   position.Position{Epoch: l.emit.Epoch, Commit: uint64(done), Ordinal: position.MaxOrdinal},
		CommitTime: wall,
		Complete:   l.complete(),
		Signals:    l.signals,
		Resume:     l.state.Encode(l.token),
	}
}

func (l *loop) flush() error {
	l.marked, l.markedAt = l.point(), time.Now()
	return l.p.Flush(l.marked)
}

// mark flushes what is due, what became complete, and once per heartbeat that time went by: an idle database moves its
// watermark too.
func (l *loop) mark(now time.Time) error {
	due := l.p.Due()
	done, wall := l.front.Done()
	marked := clock.Time(l.marked.Position.Commit)
	switch {
	case !due.IsZero() && !now.Before(due),
		marked < l.front.Last() && l.front.Last() <= done,
		l.marked.Complete != l.complete(),
		(marked != done || wall != l.marked.CommitTime) && now.Sub(l.markedAt) >= l.cfg.Heartbeat-50*time.Millisecond:
		return l.flush()
	}
	return nil
}

// feel takes a pulse each second until ctx ends. A reading that nobody takes is replaced by the next.
func (l *loop) feel(ctx context.Context) <-chan connect.Pulse {
	out := make(chan connect.Pulse)
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			pulse, err := connect.Feel(ctx, l.client)
			if err != nil {
				l.log.Debug("no answer to a look at the clock", "err", err)
				continue
			}
			select {
			case out <- pulse:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// beat takes a pulse and says how far behind the stream is.
func (l *loop) beat(ctx context.Context, p connect.Pulse) error {
	l.pulse = p
	l.front.Pulse(p)
	var age time.Duration
	if _, wall := l.front.Done(); !l.front.Whole() || len(l.reader.Batches()) > 0 {
		age = time.Duration(p.Wall-wall) * time.Microsecond
	}
	l.cfg.Observer.Lag(0, max(age, 0))
	return l.prove(ctx)
}

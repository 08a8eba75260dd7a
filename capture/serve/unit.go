package serve

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/publish"
)

const (
	firstPause  = 500 * time.Millisecond
	lastPause   = 30 * time.Second
	steady      = time.Minute     // a run this long starts the pauses anew
	closeWithin = 3 * time.Second // after Run has drained, for what is still flushed
)

// Unit is a source to keep running. It is not ready before Run began with it.
type Unit struct {
	Name   string
	Source Source
	// Publish is how it publishes; the fingerprint and the observer are filled in.
	Publish publish.Config
	// Join asks for a lease, where the source is no Leaser; nil: none.
	Join    func() (Membership, error)
	Logger  *slog.Logger
	Metrics *Metrics

	board   board
	checked bool
	member  Membership
}

// State is what the source is doing.
func (u *Unit) State() State {
	s := u.board.read()
	s.Source = u.Name
	return s
}

// run keeps the source running until ctx ends (nil) or an error that is not retried.
func (u *Unit) run(ctx context.Context) error {
	u.board.set(Starting)
	defer u.close()
	pause := firstPause
	for {
		began := time.Now()
		err := u.once(ctx)
		if ctx.Err() != nil {
			u.ended(err)
			return nil
		}
		class := fault.ClassOf(err)
		if class == fault.Asked {
			u.Logger.Info("source starts again", "because", err)
			if sleep(ctx, firstPause) != nil {
				return nil
			}
			continue
		}
		u.Metrics.failed(u.Name, class)
		if fault.ActionOf(err) != fault.Retry {
			u.board.failed(Halted, string(class), err)
			return err
		}
		u.board.failed(Retrying, string(class), err)
		if time.Since(began) > steady {
			pause = firstPause
		}
		u.Logger.Warn("source failed, starting again", "err", err, "class", class, "in", pause)
		if sleep(ctx, pause) != nil {
			return nil
		}
		pause = min(2*pause, lastPause)
	}
}

// ended says how the drain of a stop went. Whatever it says, nothing is lost: what was
// not confirmed is sent again at the next start.
func (u *Unit) ended(err error) {
	u.board.set(Finished)
	if err != nil && !errors.Is(err, context.Canceled) {
		u.Logger.Warn("source stopped before all was acknowledged; the next start sends it again", "err", err)
		return
	}
	u.Logger.Info("source stopped", "confirmed", u.board.read().Confirmed)
}

// once is one start: preflight, lease, publisher, stream.
func (u *Unit) once(ctx context.Context) error {
	if err := u.check(ctx); err != nil {
		return err
	}
	lost, err := u.lease(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-lost:
			cancel(fault.New(fault.Fenced, "keep the lease", errors.New("another capture has it"), ""))
		case <-ctx.Done():
		}
	}()
	err = u.stream(ctx)
	if fault.Is(context.Cause(ctx), fault.Fenced) {
		return context.Cause(ctx)
	}
	return err
}

// stream opens the publisher and runs the source.
func (u *Unit) stream(ctx context.Context) error {
	u.board.set(Opening)
	cfg := u.publishing()
	p, last, err := publish.Open(ctx, cfg)
	if err != nil {
		return err
	}
	u.board.publishes(p)
	u.board.set(Running)
	u.Logger.Info("source runs", "from", publish.PointOf(last).Position)
	return u.finish(p, u.Source.Run(ctx, p, last))
}

func (u *Unit) publishing() publish.Config {
	cfg := u.Publish
	cfg.Logger, cfg.Observer = u.Logger, u.Metrics.observer(u.Name)
	if f, ok := u.Source.(Fingerprinter); ok {
		cfg.Fingerprint = f.Fingerprint()
	}
	return cfg
}

// lease waits until this capture may read the source. lost is nil where the source keeps
// its lease itself.
func (u *Unit) lease(ctx context.Context) (lost <-chan struct{}, err error) {
	u.board.set(Standby)
	if l, ok := u.Source.(Leaser); ok {
		return nil, l.Lease(ctx)
	}
	if u.Join == nil {
		return nil, nil
	}
	if u.member == nil {
		if err := publish.Prepare(ctx, u.publishing()); err != nil {
			return nil, err
		}
		m, err := u.Join()
		if err != nil {
			return nil, err
		}
		u.member = m
	}
	if err := u.member.Wait(ctx); err != nil {
		return nil, err
	}
	return u.member.Lost(), nil
}

// finish closes the publisher. Where it failed, its error is the cause of the source's.
func (u *Unit) finish(p *publish.Publisher, err error) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	failed := p.Err()
	closed := p.Close(ctx)
	if failed != nil && fault.ClassOf(err) == fault.Unknown {
		return failed
	}
	if err != nil {
		return err
	}
	return closed
}

func (u *Unit) close() {
	if c, ok := u.Source.(Closer); ok {
		c.Close()
	}
	if u.member != nil {
		u.member.Close()
	}
}

func sleep(ctx context.Context, pause time.Duration) error {
	t := time.NewTimer(pause/2 + rand.N(pause/2+1))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

package postgres

import (
	"context"
	"errors"
	"sync"

	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// Run captures from where last stands (nil: from the beginning) until ctx ends, which is no error, or something fails. Everything that
// it publishes through p is in the order of the commits; the slot is confirmed only up to what p has confirmed.
func (s *Source) Run(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error {
	err := s.run(ctx, p, last)
	s.Close() // whatever ended, the next one takes the lease anew
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (s *Source) run(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error {
	if s.lease == nil {
		if err := s.Lease(ctx); err != nil {
			return err
		}
	}
	run, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	lease := s.lease
	go func() {
		select {
		case <-lease.Lost():
			cancel(lease.Err())
		case <-run.Done():
		}
	}()
	l, err := s.prepare(run, p, last)
	if errors.Is(err, context.Canceled) && ctx.Err() == nil {
		err = context.Cause(run)
	}
	if err != nil {
		return err
	}
	defer l.close()
	var heart sync.WaitGroup
	heart.Go(func() {
		if err := l.heart.Run(run); err != nil {
			cancel(err)
		}
	})
	err = l.loop(run)
	if errors.Is(err, context.Canceled) {
		if err = context.Cause(run); ctx.Err() != nil {
			err = l.settle(ctx)
		}
	}
	cancel(nil)
	heart.Wait()
	return err
}

// settle ends in order: what was read up to the last commit is acknowledged, and then confirmed to the server.
func (l *loop) settle(ctx context.Context) error {
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.Drain)
	defer cancel()
	if err := l.p.Flush(l.point); err != nil {
		return err
	}
	if err := l.p.Wait(drain, l.point); err != nil {
		return err
	}
	l.log.Info("stopped", "position", stream.LSN(l.point.Position.Commit).String())
	return nil
}

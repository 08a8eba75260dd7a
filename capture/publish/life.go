package publish

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go"
)

// Confirmed is the last point whose every record and watermark is acknowledged; at first
// that of the last watermark.
func (p *Publisher) Confirmed() Point { return *p.herald.confirmed.Load() }

// InFlight is the number of bytes appended and not yet acknowledged.
func (p *Publisher) InFlight() int64 { return p.budget.used.Load() }

// Wait returns once Confirmed has reached pt's position. It hurries the watermark.
func (p *Publisher) Wait(ctx context.Context, pt Point) error {
	for {
		got, changed := p.herald.watch()
		if !got.Position.Before(pt.Position) {
			return nil
		}
		p.herald.want()
		select {
		case <-changed:
		case <-p.life.Done():
			return p.Err()
		case <-ctx.Done():
			return fmt.Errorf("wait for acknowledgement up to %s, have %s: %w", pt.Position, got.Position, context.Cause(ctx))
		}
	}
}

// Err is the error that ended the publisher, ErrClosed after Close, or nil.
func (p *Publisher) Err() error {
	if p.life.Err() == nil {
		return nil
	}
	return context.Cause(p.life)
}

// Done is closed when the publisher has failed or was closed.
func (p *Publisher) Done() <-chan struct{} { return p.life.Done() }

// Close waits until what was flushed is confirmed, or ctx ends, and frees everything.
// What was appended after the last Flush may be lost. It gives the error that ended the
// publisher before, if one did.
func (p *Publisher) Close(ctx context.Context) error {
	err := p.drain(ctx)
	p.end(ErrClosed)
	p.worker.Wait()
	if t, ok := p.cfg.Transport.(*kafka.Transport); ok {
		t.CloseIdleConnections()
	}
	return err
}

func (p *Publisher) drain(ctx context.Context) error {
	for !p.ledger.idle() {
		_, changed := p.herald.watch()
		p.herald.want()
		if p.ledger.idle() {
			break
		}
		select {
		case <-changed:
		case <-p.life.Done():
			return p.Err()
		case <-ctx.Done():
			return fmt.Errorf("close the publisher of %s: %w", p.cfg.Source, context.Cause(ctx))
		}
	}
	return nil
}

// start runs f until the publisher ends; an error of f ends the publisher.
func (p *Publisher) start(f func(context.Context) error) {
	p.worker.Go(func() {
		if err := f(p.life); err != nil && p.life.Err() == nil {
			p.log.Error("publishing ends", "err", err)
			p.end(err)
		}
	})
}

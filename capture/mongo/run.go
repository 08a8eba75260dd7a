package mongo

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/emit"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// publisher is what the loop needs of publish.Publisher.
type publisher interface {
	emit.Records
	Topic(ctx context.Context, name string) (*publish.Topic, error)
	Anew(ctx context.Context, name string) (*publish.Topic, error)
	Signals(ctx context.Context, next int64) (signal.Due, error)
	Watch(ctx context.Context, next int64) <-chan signal.Due
	Flush(publish.Point) error
	Due() time.Time
	Wait(context.Context, publish.Point) error
	Done() <-chan struct{}
	Err() error
}

// Run captures from where last stands (nil: from the beginning) until ctx ends, which is no error, or something fails.
// Everything that it publishes through p is in the order of the clusterTimes. Errors carry a fault class where capture, and
// not p, is what failed.
func (s *Source) Run(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error {
	return s.run(ctx, p, last)
}

func (s *Source) run(ctx context.Context, p publisher, last *watermark.Watermark) error {
	err := s.with(ctx, func(client *mongo.Client, server connect.Server) error {
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		l, err := s.prepare(inner, client, server, p, last)
		if err != nil {
			return err
		}
		err = l.loop(inner)
		if ctx.Err() != nil {
			err = errors.Join(err, l.settle(ctx))
		}
		return err
	})
	if ctx.Err() != nil && onlyCanceled(err) {
		return nil
	}
	return err
}

// onlyCanceled reports that err says nothing but that the context ended.
func onlyCanceled(err error) bool {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			if !onlyCanceled(e) {
				return false
			}
		}
		return true
	}
	return err == nil || errors.Is(err, context.Canceled)
}

// settle ends in order: what was published up to the last complete clusterTime is acknowledged. What lies beyond it was
// published too and will be sent again with the same versions, by which readers know it.
func (l *loop) settle(ctx context.Context) error {
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.Drain)
	defer cancel()
	pt := l.point()
	if err := l.p.Flush(pt); err != nil {
		return err
	}
	if err := l.p.Wait(drain, pt); err != nil {
		return err
	}
	l.log.Info("stopped", "position", pt.Position.String())
	return nil
}

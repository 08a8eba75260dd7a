package publish

import (
	"context"

	"github.com/tidemark-cdc/tidemark/capture/signal"
)

// Signals reads what is asked of the source from offset next of the signals' topic on. It
// waits for the brokers.
func (p *Publisher) Signals(ctx context.Context, next int64) (due signal.Due, err error) {
	err = persist(ctx, "read the signals to "+p.cfg.Source, func(ctx context.Context) error {
		due, err = p.inbox().Since(ctx, next)
		return err
	})
	return due, err
}

// Watch gives what is asked from offset next on, once something is, and then no more. It
// ends with ctx or with the publisher.
func (p *Publisher) Watch(ctx context.Context, next int64) <-chan signal.Due {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(p.life, cancel)
	return p.inbox().Watch(ctx, next)
}

func (p *Publisher) inbox() signal.Inbox {
	return signal.Inbox{Client: p.client, Source: p.cfg.Source, Logger: p.log}
}

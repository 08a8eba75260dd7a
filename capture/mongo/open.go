package mongo

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/oplog"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// patience is how long a stream that broke is tried again here, before the error goes up. What was published and is not
// confirmed would be sent again after that.
const patience = 30 * time.Second

// open opens the stream behind what was handled.
func (l *loop) open(ctx context.Context) error {
	found, err := oplog.Describe(ctx, l.client, l.namespaces)
	if err != nil {
		return err
	}
	l.lookedUp = false
	for _, n := range l.namespaces {
		if !found[n].Images {
			l.lookedUp = true
		}
	}
	done, _ := l.front.Done()
	r := stream.Request{
		Collections: l.namespaces, After: l.tail, At: done, Lookup: l.lookedUp, Server: l.server,
		Await: l.cfg.Await, Batch: int32(l.cfg.Batch),
	}
	if l.reader, err = stream.Open(ctx, l.client, r); err != nil {
		return l.history(ctx, err)
	}
	l.front.Reopened()
	l.asm.Reset()
	l.log.Info("streaming", "from", done.String(), "epoch", l.emit.Epoch, "looked_up", l.lookedUp, "server", l.server.Version)
	return nil
}

// reopen goes on after the stream ended: at once when the server ended it in good order, else after a pause.
func (l *loop) reopen(ctx context.Context) error {
	err := l.reader.Err()
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, stream.ErrClosed) {
		return l.open(ctx)
	}
	wait := 100 * time.Millisecond
	for until := time.Now().Add(patience); ; wait = min(2*wait, 5*time.Second) {
		if fault.ActionOf(err) != fault.Retry || time.Now().After(until) {
			return l.history(ctx, err)
		}
		l.log.Warn("the change stream broke; trying again", "err", err, "in", wait.String())
		if err := l.flush(); err != nil {
			return err
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
		if err = l.open(ctx); err == nil {
			return nil
		}
	}
}

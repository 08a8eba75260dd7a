package mongo

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/oplog"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// near is how far behind the server's newest write a stream may be and still be taken to follow it.
const near = 2 * time.Second

// prove finds out whether the oplog's begin has overtaken the stream. A server should end a cursor that it has pruned the
// next entries of; some go on behind the gap and say nothing. What was handled up to now was read before now: if the history
// still reaches back to where the last proof ended, then all of it was there when it was read.
func (l *loop) prove(ctx context.Context) error {
	if len(l.tail) == 0 || bytes.Equal(l.tail, l.state.Proven) {
		return nil
	}
	if len(l.state.Proven) > 0 {
		r := stream.Request{Collections: l.namespaces, After: l.state.Proven, Server: l.server}
		err := stream.Probe(ctx, l.client, r)
		if fault.Is(err, fault.HistoryLost) {
			return l.overtaken(ctx, err)
		}
		if err != nil {
			l.log.Debug("no answer to a look at the oplog's begin", "err", err)
			return nil
		}
	}
	l.state.Proven, l.provenAt = l.tail, l.front.Last()
	if l.behind() {
		return l.flush()
	}
	return nil
}

// reaches makes sure, for a run that goes on at a clusterTime because no token was known yet, that the oplog begins before
// it: not every server says so when it opens the stream.
func (l *loop) reaches(ctx context.Context) error {
	if len(l.tail) > 0 {
		return nil // a token that is too old is refused
	}
	done, _ := l.front.Done()
	w, err := oplog.Read(ctx, l.client)
	if err != nil || w.First <= done {
		return nil // who may not look is told by the server
	}
	err = fmt.Errorf("changes from %s to %s, where the oplog begins, are gone", done, w.First)
	return fault.New(fault.HistoryLost, "go on at a clusterTime", err, lostHint(l.cfg.Name))
}

// follows notes whether the stream is at the server's newest write, or nearly.
func (l *loop) follows(b *stream.Batch) {
	if b.Empty() || b.Served.Micros()-l.front.Last().Micros() <= near.Microseconds() {
		l.caughtUp = b.Asked
	}
}

// behind reports that the stream lags, so that the oplog's begin can come upon it. Until the next proof no watermark is
// complete then: the tidemark must not pass a gap that is not noticed yet.
func (l *loop) behind() bool { return time.Since(l.caughtUp) > near }

// certain reports that the stream has no gap up to the token that a watermark would be written with.
func (l *loop) certain() bool { return !l.behind() || bytes.Equal(l.token, l.state.Proven) }

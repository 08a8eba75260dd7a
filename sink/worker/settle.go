package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// resolve completes the records whose before image raw must give. Everything below the
// batch is applied by now, and nothing of the batch is. It reports whether any of them
// became a dead letter.
func (w *Worker) resolve(ctx context.Context, b *batch.Batch) (buried bool, err error) {
	if b.Rows == nil || b.Rows.Open() == 0 {
		return false, nil
	}
	var rejects []*rows.Reject
	err = w.attempt(ctx, "look up", func(l *Lease) error {
		raw, err := l.Raw(w.table.Contract)
		if err != nil {
			return err
		}
		rejects, err = b.Rows.Resolve(ctx, raw)
		return err
	})
	if err != nil {
		return false, err
	}
	return len(rejects) > 0, w.bury(ctx, b, rejects)
}

// describe checks that everything is accounted for and says what is to be sealed.
func (w *Worker) describe(b *batch.Batch) (ledger.Range, error) {
	if err := b.Check(); err != nil {
		return ledger.Range{}, fmt.Errorf("%w: %w", ErrCount, err)
	}
	r := ledger.Range{First: b.First, Last: b.Last, Rows: b.RowCount(), Dead: len(b.Dead), Slices: 1,
		Schema: w.table.Contract.ID(), At: time.Now()}
	if r.Rows > 0 {
		r.Checksum = b.Rows.Checksum()
	}
	return r, matches(b.Pending, &r)
}

// matches compares a rebuilt range with what was sealed, and keeps when that was.
// rule: fingerprint.
func matches(pending, r *ledger.Range) error {
	if pending == nil {
		return nil
	}
	if !r.SameRows(*pending) {
		return fmt.Errorf("%w: sealed %+v, rebuilt %+v", ErrRebuilt, *pending, *r)
	}
	r.At = pending.At
	return nil
}

// settle seals the range and brings its block and its dead letters to ClickHouse.
func (w *Worker) settle(ctx context.Context, b *batch.Batch, r ledger.Range) error {
	seal := ledger.Entry{Kind: ledger.Sealed, Next: b.First, State: b.Before, Range: r}
	if r.Rows == 0 && r.Dead == 0 {
		return w.sealEmpty(ctx, seal)
	}
	token := r.Token(b.After.Incarnation, w.a.Topic, w.a.Partition) // rule: token
	sends, err := w.send(ctx, b, seal, token)
	if err != nil {
		return err
	}
	if r.Dead > 0 {
		if err := w.keepDead(ctx, b, token); err != nil {
			return err
		}
	}
	if sends > 1 || b.Pending != nil {
		return w.verify(ctx, b, seal, token)
	}
	return nil
}

// sealEmpty seals a range that makes nothing. rule: seal-empty. Nothing of it can come
// twice, but ops.applied moves beyond it, and after a kill only the seal explains that to
// the next owner; without it the partition would stop.
func (w *Worker) sealEmpty(ctx context.Context, seal ledger.Entry) error {
	if err := w.ledger.Commit(ctx, seal); err != nil {
		return err
	}
	w.owed = nil
	return nil
}

// send seals and inserts, again and again until ClickHouse acknowledges. rule: same-batch.
func (w *Worker) send(ctx context.Context, b *batch.Batch, seal ledger.Entry, token string) (sends int, err error) {
	may := func() error {
		if fresh := sends == 0 && b.Pending == nil && seal.Range.Slice == 0; fresh {
			if err := w.giveWay(ctx); err != nil {
				return err
			}
		}
		return w.table.Guard.allow(ctx, w.a.Partition) // rule: stall-guard
	}
	err = w.attemptWhen(ctx, "insert", may, func(l *Lease) error {
		// rule: recheck. The connection is open by now: nothing slow comes between.
		if err := w.ledger.Commit(ctx, seal); err != nil { // rule: seal-before-insert
			return err
		}
		w.owed = nil // the seal says it
		if seal.Range.Rows == 0 {
			return nil
		}
		sends++
		w.metrics.Inserts.Inc()
		began := time.Now()
		database, name := w.table.place()
		err := l.Insert(ctx, database, name, b.Rows.Input(), token)
		w.metrics.InsertSeconds.Observe(time.Since(began).Seconds())
		return err
	})
	return sends, err
}

// keepDead writes the dead letters down before the batch counts as applied. The topic is
// written first: a letter that stands there twice does no harm, one that is only in the
// table is missing for whoever reads the topic.
func (w *Worker) keepDead(ctx context.Context, b *batch.Batch, token string) error {
	for {
		err := deadletter.Produce(ctx, w.Kafka, b.Dead)
		if err == nil {
			break
		}
		w.retried("produce dead letters")(err)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(w.Pause):
		}
	}
	err := w.attempt(ctx, "insert dead letters", func(l *Lease) error {
		return deadletter.Insert(ctx, l, b.Dead, token+"/dead")
	})
	if err != nil {
		return err
	}
	for i := range b.Dead {
		w.Metrics.Dead(w.a.Topic, b.Dead[i].Reason)
		w.log.Warn("dead letter", "offset", b.Dead[i].Offset, "reason", b.Dead[i].Reason, "error", b.Dead[i].Err)
	}
	return nil
}

var errNotFound = errors.New("the record is not in the topic any more")

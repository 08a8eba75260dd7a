package worker

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/lookup"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// sliceRows is about the most rows that one block of a retraction holds.
const sliceRows = 200_000

// retract applies a truncate or a snapshot's end: the partition's live rows below it are
// taken back, in slices by key hash, each a sealed block of its own. What is live is
// asked for below the marker's offset only, so a slice that is built again is the same.
func (w *Worker) retract(ctx context.Context, b *batch.Batch) error {
	if len(w.table.Contract.Key) == 0 { // a log of changes: nothing in it is live
		r := ledger.Range{First: b.First, Last: b.Last, Slices: 1, Schema: w.table.Contract.ID(), At: time.Now()}
		if err := w.settle(ctx, b, r); err != nil {
			return err
		}
		return w.acked(ctx, b, 0)
	}
	scope := lookup.Scope{Place: rows.Place{Incarnation: b.After.Incarnation, Partition: w.a.Partition},
		Below: b.First, Older: b.Retract.Older, Slices: 1}
	from, prior := 0, 0
	if p := b.Pending; p != nil {
		from, prior, scope.Slices = p.Slice, p.Prior, p.Slices
	} else if err := w.cutSlices(ctx, &scope); err != nil {
		return err
	}
	for scope.Slice = from; scope.Slice < scope.Slices; scope.Slice++ {
		n, err := w.retractSlice(ctx, b, scope, prior)
		if err != nil {
			return err
		}
		prior, b.Pending = prior+n, nil
	}
	w.log.Info("live rows retracted", "offset", b.Last, "op", b.Retract.Header.Op.String(), "rows", prior, "slices", scope.Slices)
	return w.acked(ctx, b, prior)
}

func (w *Worker) cutSlices(ctx context.Context, scope *lookup.Scope) error {
	return w.attempt(ctx, "count live rows", func(l *Lease) error {
		raw, err := l.Raw(w.table.Contract)
		if err != nil {
			return err
		}
		n, err := raw.Count(ctx, *scope)
		scope.Slices = n/sliceRows + 1
		return err
	})
}

func (w *Worker) retractSlice(ctx context.Context, b *batch.Batch, scope lookup.Scope, prior int) (int, error) {
	if err := w.takeBack(ctx, b, scope); err != nil {
		return 0, err
	}
	if err := b.Check(); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrCount, err)
	}
	r := ledger.Range{First: b.First, Last: b.Last, Rows: b.Rows.Rows(), Schema: w.table.Contract.ID(),
		Slice: scope.Slice, Slices: scope.Slices, Prior: prior, At: time.Now()}
	if r.Rows > 0 {
		r.Checksum = b.Rows.Checksum()
	}
	if err := matches(b.Pending, &r); err != nil {
		return 0, err
	}
	return r.Rows, w.settle(ctx, b, r)
}

// takeBack fills the batch's block with the slice's live rows, negated.
func (w *Worker) takeBack(ctx context.Context, b *batch.Batch, scope lookup.Scope) (err error) {
	if b.Rows == nil {
		if b.Rows, err = w.table.Pool.Get(); err != nil {
			return err
		}
	}
	return w.attempt(ctx, "read live rows", func(l *Lease) error {
		raw, err := l.Raw(w.table.Contract)
		if err != nil {
			return err
		}
		b.Rows.Begin(scope.Place)
		return raw.Live(ctx, scope, func(live *rows.Images) error {
			for i := range live.Len() {
				b.Rows.Retract(live, i, b.Retract.Header, b.Last)
			}
			return nil
		})
	})
}

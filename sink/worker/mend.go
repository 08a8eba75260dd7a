package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/mend"
)

// verify checks a range that was sent more than once, or by somebody before us. It costs
// a count; more only when rows are missing or ClickHouse was started since the range was
// sealed. rule: verify-part. A retry alone would be acknowledged as a repetition
// of a part that the kill has taken (package mend).
func (w *Worker) verify(ctx context.Context, b *batch.Batch, seal ledger.Entry, token string) error {
	r := seal.Range
	if r.Rows == 0 {
		return nil
	}
	var n int
	var restarted bool
	err := w.attempt(ctx, "count", func(l *Lease) (err error) {
		if n, err = w.inRaw(ctx, l, b.After.Incarnation, r); err == nil {
			restarted, err = mend.Restarted(ctx, l, r.At)
		}
		return err
	})
	want := r.Prior + r.Rows
	switch {
	case err != nil:
		return err
	case n > want:
		return fmt.Errorf("%w: offsets %d to %d: %d rows, sealed %d", ErrDoubled, r.First, r.Last, n, want)
	case n == want && (!restarted || w.Replicated): // replicated tables commit a part and its token together
		return nil
	}
	return w.mend(ctx, b, seal, token)
}

// mend makes raw whole and then, alone, sets what the range's rows feed.
func (w *Worker) mend(ctx context.Context, b *batch.Batch, seal ledger.Entry, token string) error {
	w.table.hold.take()
	defer w.table.hold.give()
	err := w.attempt(ctx, "mend raw", func(l *Lease) error {
		_, err := w.job(l, b, seal.Range, token).Raw(ctx, b.Rows.Input(), seal.Range.Prior, func(ctx context.Context) error {
			return w.ledger.Commit(ctx, seal) // rule: recheck-attach
		})
		return err
	})
	if err != nil {
		return err
	}
	seal.Range.Acked = true // others wait from here on, and know that raw is whole
	if err := w.ledger.Commit(ctx, seal); err != nil {
		return err
	}
	return w.level(ctx, b, seal, token)
}

// level compares and sets the targets while no other range of the table is on its way.
// rule: verify-targets.
func (w *Worker) level(ctx context.Context, b *batch.Batch, seal ledger.Entry, token string) error {
	for {
		before, err := w.quiet(ctx)
		if err != nil {
			return err
		}
		err = w.attempt(ctx, "mend targets", func(l *Lease) error {
			return w.job(l, b, seal.Range, token).Targets(ctx, func(ctx context.Context) error {
				return w.undisturbed(ctx, seal, before)
			})
		})
		if !errors.Is(err, mend.ErrBusy) {
			return err
		}
	}
}

// undisturbed fails when another partition has moved since the commits were as in
// before, or the range is no longer ours. Whatever inserts commits a
// seal first, so equal commits mean that nothing was inserted in between.
func (w *Worker) undisturbed(ctx context.Context, seal ledger.Entry, before string) error {
	now, busy, err := w.others(ctx)
	if err != nil {
		return err
	}
	if now != before || busy != "" {
		return mend.ErrBusy
	}
	return w.ledger.Commit(ctx, seal) // rule: recheck-attach
}

func (w *Worker) job(l *Lease, b *batch.Batch, r ledger.Range, token string) *mend.Job {
	database, name := w.table.place()
	return &mend.Job{Server: l, Database: database, Table: name, Incarnation: b.After.Incarnation, Partition: w.a.Partition,
		First: r.First, Last: r.Last, Token: token, Owner: w.a.Generation, Log: w.log}
}

// quiet waits until no other partition has a range on its way, nor one to be mended
// before ours, and gives the commits that say so.
func (w *Worker) quiet(ctx context.Context) (string, error) {
	for told := time.Now(); ; {
		commits, busy, err := w.others(ctx)
		if err == nil && busy == "" {
			return commits, nil
		}
		if time.Since(told) > 15*time.Second {
			told = time.Now()
			w.log.Warn("what raw feeds can only be checked once the table's other ranges are in", "waits_for", busy, "error", err)
		}
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

package status

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// Watcher looks again and again; rates are those between two looks.
type Watcher struct {
	where Where
	last  map[string]Source
	sides *compare.Sides
}

// NewWatcher watches what where names.
func NewWatcher(where Where) *Watcher { return &Watcher{where: where, last: map[string]Source{}} }

// Close ends the connections to the sources.
func (w *Watcher) Close(ctx context.Context) error {
	if w.sides == nil {
		return nil
	}
	return w.sides.Close(ctx)
}

// Look asks all at once and waits for the slowest, as long as ctx lasts.
func (w *Watcher) Look(ctx context.Context) Report {
	r := Report{At: time.Now(), DeadLetters: -1, Reconciled: "unknown", Compacted: "unknown"}
	var all sync.WaitGroup
	var read map[string]Source
	var reach []Source
	all.Go(func() { read = captures(ctx, w.where.Captures) })
	all.Go(func() { reach = tidemarks(ctx, w.clickhouse()) })
	all.Go(func() { r.Tables = w.tables(ctx) })
	all.Go(func() { r.DeadLetters = deadLetters(ctx, w.clickhouse()) })
	all.Go(func() { r.Reconciled = last(ctx, w.clickhouse(), "reconciliation") })
	all.Go(func() { r.Compacted = last(ctx, w.clickhouse(), "compaction") })
	all.Wait()
	r.Sources = w.merge(read, reach)
	return r
}

func (w *Watcher) clickhouse() compare.ClickHouse {
	return compare.ClickHouse{URL: w.where.ClickHouse, User: w.where.ClickHouseUser, Password: w.where.ClickHousePassword}
}

// merge puts beside what capture says of a source how far ClickHouse is.
func (w *Watcher) merge(read map[string]Source, reach []Source) (out []Source) {
	for _, t := range reach {
		s := read[t.Source]
		delete(read, t.Source)
		s.Source, s.Position, s.Lag, s.Behind, s.DeadLetters = t.Source, t.Position, t.Lag, t.Behind, t.DeadLetters
		out = append(out, s)
	}
	for _, s := range read { // no watermark of it has come yet
		s.Lag, s.Behind = -1, -1
		out = append(out, s)
	}
	for i := range out {
		s := &out[i]
		if was, ok := w.last[s.Source]; ok && s.seen.After(was.seen) {
			s.Rate = max(0, s.changes-was.changes) / s.seen.Sub(was.seen).Seconds() // less than before: it was restarted
		}
		w.last[s.Source] = *s
	}
	slices.SortFunc(out, func(a, b Source) int { return strings.Compare(a.Source, b.Source) })
	return out
}

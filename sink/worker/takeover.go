package worker

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/applied"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// takeOver reads where the partition stands, from the commit and nowhere else, and
// stops where ClickHouse says otherwise.
func (w *Worker) takeOver(ctx context.Context) error {
	e, ok, err := w.ledger.Load(ctx)
	if err != nil {
		return err
	}
	if e.Kind != ledger.Sealed { // a range sealed before is rebuilt with what its worker knew
		e.State.Known = e.Next
	}
	if err := w.identify(ctx, e.State); err != nil {
		return err
	}
	if err = w.attempt(ctx, "take over", func(l *Lease) error { return w.explain(ctx, l, e, ok) }); err != nil {
		return err
	}
	if e, err = w.stand(ctx, e); err != nil {
		return err
	}
	keys := new(batch.Keys)
	err = w.attempt(ctx, "read the keys of dead letters", func(l *Lease) error {
		// rule: torn-at-take-over
		return deadletter.Keys(ctx, l, deadletter.Open{Topic: w.a.Topic, Incarnation: e.State.Incarnation, Partition: w.a.Partition,
			Below: e.Next, Known: e.State.Known}, keys.Add)
	})
	if err != nil {
		return err
	}
	w.reader = consume.NewReader(w.Broker, w.a.Topic, w.a.Partition, e.Next)
	w.reader.MaxBytes = w.MaxBytes
	w.reader.Retried = w.retried("fetch")
	w.reader.Doubt = func(ctx context.Context) error { return w.identify(ctx, e.State) }
	w.collector = &batch.Collector{Contract: w.table.Contract, Partition: w.a.Partition, Limits: w.Limits,
		Pool: w.table.Pool, Budget: w.Budget, Keys: keys, Doubt: w.table.Doubt, Emit: w.emit}
	w.collector.Start(e)
	w.log.Info("partition taken over", "offset", e.Next, "pending", e.Kind == ledger.Sealed, "dead_keys", keys.Len())
	return nil
}

// explain checks that what ClickHouse holds is what the commit says. rule: applied-explains.
func (w *Worker) explain(ctx context.Context, l *Lease, e ledger.Entry, committed bool) error {
	if !committed {
		return w.untouched(ctx, l)
	}
	found, err := applied.Read(ctx, l, w.a.Topic, w.a.Partition)
	if err != nil {
		return err
	}
	next, known := found[e.State.Incarnation]
	if e.State.Incarnation == "" { // nothing below the commit named one
		for _, next = range found {
			known = true
		}
	}
	switch {
	case known && next == e.Next, !known && e.Next == 0:
		return nil
	case known && e.Kind == ledger.Sealed && next == e.Range.Last+1:
		return nil // it ended between ops.applied and done
	}
	return fmt.Errorf("%w: the commit says %q, ops.applied says %v", ErrApplied, e.Text(), found)
}

// untouched checks that a partition without a commit has no rows either.
func (w *Worker) untouched(ctx context.Context, l *Lease) error {
	n, err := count(ctx, l, fmt.Sprintf("SELECT count() AS n FROM (SELECT 1 FROM %s WHERE _partition = %d LIMIT 1)",
		w.rawTable(), w.a.Partition))
	if err == nil && n > 0 {
		return ErrNoCommit
	}
	return err
}

// inRaw counts the rows of a range.
func (w *Worker) inRaw(ctx context.Context, l *Lease, incarnation string, r ledger.Range) (int, error) {
	return count(ctx, l, fmt.Sprintf("SELECT count() AS n FROM %s WHERE _partition = %d AND _incarnation = %s AND _offset BETWEEN %d AND %d",
		w.rawTable(), w.a.Partition, clickhouse.Text(incarnation), r.First, r.Last))
}

func (w *Worker) rawTable() string { return clickhouse.Table(w.table.place()) }

func count(ctx context.Context, l *Lease, sql string) (int, error) {
	n := new(proto.ColUInt64)
	total := 0
	err := l.Query(ctx, clickhouse.Select{SQL: sql, Result: proto.Results{{Name: "n", Data: n}}, OnBlock: func(rows int) error {
		for i := range rows {
			total += int(n.Row(i))
		}
		return nil
	}})
	return total, err
}

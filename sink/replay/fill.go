package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/applied"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/lookup"
	"github.com/tidemark-cdc/tidemark/sink/serve"
	"github.com/tidemark-cdc/tidemark/sink/worker"
)

// Options are how a copy is filled.
type Options struct {
	Broker consume.Broker
	// Connect opens connections to ClickHouse; Inserts of them run at once.
	Connect func() (*clickhouse.Conn, error)
	Inserts int
	Limits  batch.Limits
	// Memory bounds all batches together, Fetch one answer of the broker; bytes.
	Memory int64
	Fetch  int32
	Log    *slog.Logger
	// Progress is told how many offsets were read, of how many; nil is fine.
	Progress func(done, total int64)
}

// filler brings a copy forward.
type filler struct {
	Options
	record   *Record
	contract *contract.Contract
	table    *worker.Table
	shared   *worker.Shared
	offsets  *offsets
	conns    []*clickhouse.Conn
	stop     context.CancelFunc
	// from is where each partition stood at first.
	from map[int]int64
}

// errShort: a worker ended before the offset that it was to reach.
var errShort = errors.New("the copy does not reach the offset")

func newFiller(ctx context.Context, o Options, r *Record, c *contract.Contract) (f *filler, err error) {
	pool, err := batch.NewPool(c)
	if err != nil {
		return nil, err
	}
	f = &filler{Options: o, record: r, contract: c, from: map[int]int64{}}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	for range o.Inserts + 2 {
		conn, err := o.Connect()
		if err != nil {
			return nil, err
		}
		f.conns = append(f.conns, conn)
	}
	if f.offsets, err = loadOffsets(ctx, f.conns[0], r.Database); err != nil {
		return nil, err
	}
	f.table = &worker.Table{Contract: c, Pool: pool, Database: r.Database, Name: r.rawName()}
	for _, p := range r.Plan.Parts {
		f.from[p.Partition] = p.Begin
		f.table.Doubt = f.table.Doubt || p.Begin > 0 && r.Plan.Base == BaseRaw
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	f.stop = stop
	writer := applied.New(&store{f.conns[1], r.Database})
	go writer.Run(run)
	f.shared = f.share(writer)
	f.table.Guard = &worker.Guard{Topic: c.Topic(), Table: r.rawName(), Group: f.shared.Group, Kafka: f.offsets, Leases: f.shared.Leases, Log: o.Log,
		Partitions: func(context.Context) (int, error) { return last(r.Plan.Parts) + 1, nil }} // not run: it is for processes that share a table
	return f, nil
}

func (f *filler) share(writer *applied.Writer) *worker.Shared {
	var leases []*worker.Lease
	for _, conn := range f.conns[2:] {
		leases = append(leases, worker.NewLease(&store{conn, f.record.Database}, func(c *contract.Contract) (worker.Raw, error) {
			t, err := lookup.New(conn, c)
			if err != nil {
				return nil, err
			}
			return t.Elsewhere(f.seen(), f.record.table("buried")), nil
		}))
	}
	return &worker.Shared{Group: "replay", Kafka: f.offsets, Broker: f.Broker, Leases: worker.NewLeases(leases...), Applied: writer,
		Budget: batch.NewBudget(f.Memory, 8), Limits: f.Limits, Metrics: serve.NewMetrics(), Log: f.Log,
		MaxBytes: f.Fetch, MaxWait: 200 * time.Millisecond, Grace: 5 * time.Second, Pause: 100 * time.Millisecond}
}

// seen is what look-ups read: the copy, and below where it begins what raw holds.
func (f *filler) seen() string {
	if f.record.Plan.Base != BaseRaw {
		return f.record.raw()
	}
	return fmt.Sprintf("(SELECT * FROM %s UNION ALL SELECT * FROM %s WHERE %s)", f.record.raw(), clickhouse.Table("raw", f.record.Plan.Table), below(f.record.Plan.Parts))
}

func (f *filler) close() {
	if f.stop != nil {
		f.stop()
	}
	for _, c := range f.conns {
		_ = c.Close() // nothing is in flight any more
	}
}

// reach brings every partition to its offset.
func (f *filler) reach(ctx context.Context, to map[int]int64) error {
	f.shared.Until = func(partition int) int64 { return to[partition] }
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go f.tell(watching, to)
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(max(2, f.Inserts))
	for p, offset := range to {
		g.Go(func() error {
			w := worker.New(f.shared, f.table, consume.Assignment{Topic: f.contract.Topic(), Partition: p, Generation: 1, Member: "replay"})
			if err := w.Run(working); err != nil {
				return err
			}
			if working.Err() != nil {
				return context.Cause(working)
			}
			if e, ok := f.offsets.entry(p); offset > f.from[p] && (!ok || e.Kind != ledger.Done || e.Next < offset) {
				return fmt.Errorf("%w: partition %d, %d: %q", errShort, p, offset, e.Text())
			}
			return nil
		})
	}
	err := g.Wait()
	if err == nil {
		f.progress(to)
	}
	return err
}

// tell says how far it is, until ctx ends.
func (f *filler) tell(ctx context.Context, to map[int]int64) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(300 * time.Millisecond):
			f.progress(to)
		}
	}
}

func (f *filler) progress(to map[int]int64) {
	if f.Progress == nil {
		return
	}
	var done, total int64
	for p, offset := range to {
		total += max(0, offset-f.from[p])
		if e, ok := f.offsets.entry(p); ok {
			done += max(0, min(e.Next, offset)-f.from[p])
		}
	}
	f.Progress(done, total)
}

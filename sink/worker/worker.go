package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/applied"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/deadletter"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/serve"
)

// Kafka is what a worker needs of kafka.Client.
type Kafka interface {
	ledger.Client
	deadletter.Client
}

// Table is a contract's table as all workers of its partitions share it.
type Table struct {
	Contract *contract.Contract
	Pool     *batch.Pool
	// Guard may be nil, for tests.
	Guard *Guard
	// Pauses may be nil: then the table's workers never stand still.
	Pauses Pauses
	// Database and Name are where the signed rows go; empty for raw and the contract's. A
	// replay fills a table of its own.
	Database, Name string
	// Doubt is batch.Collector's.
	Doubt bool

	hold hold
}

// Parts takes back what a broken part of ClickHouse was merged from.
type Parts interface {
	// Restore reports whether it did.
	Restore(ctx context.Context) (bool, error)
}

// Shared is what the workers of a process share.
type Shared struct {
	Group   string
	Kafka   Kafka
	Broker  consume.Broker
	Leases  *Leases
	Applied *applied.Writer
	Budget  *batch.Budget
	Limits  batch.Limits
	Metrics *serve.Metrics
	Log     *slog.Logger
	// MaxBytes of one fetch; MaxWait is how long the broker holds an empty one.
	MaxBytes int32
	MaxWait  time.Duration
	// Grace is how long a batch that is in flight may still take when the generation ends.
	Grace time.Duration
	// Until, when set, is the offset at which a partition's worker ends by itself.
	Until func(partition int) int64
	// Parts may be nil: then a part that cannot be read stops the worker.
	Parts Parts
	// Replicated tables lose no part behind its token, so a restart of the server is no reason to look at each.
	Replicated bool
	// Pause is the wait after a failed attempt at ClickHouse; it doubles up to 5 s.
	Pause time.Duration
}

// Worker is one partition's.
type Worker struct {
	*Shared
	table   *Table
	a       consume.Assignment
	ledger  *ledger.Ledger
	log     *slog.Logger
	metrics *serve.Partition

	reader    *consume.Reader
	collector *batch.Collector
	batches   chan *batch.Batch
	// ready holds a token while the applying side waits for a batch.
	ready chan struct{}
	// owed is the done commit that the next seal may replace.
	owed *ledger.Entry
}

// New makes the worker of an assignment.
func New(s *Shared, t *Table, a consume.Assignment) *Worker {
	w := &Worker{Shared: s, table: t, a: a,
		log:     s.Log.With("topic", a.Topic, "partition", a.Partition, "generation", a.Generation),
		metrics: s.Metrics.Partition(a.Topic, a.Partition)}
	w.ledger = ledger.New(s.Kafka, ledger.Fence{Group: s.Group, Generation: a.Generation, Member: a.Member}, a.Topic, a.Partition)
	w.ledger.Retried = w.retried("commit")
	return w
}

// Run works until ctx, the generation's, ends or the commit is refused; then it gives
// nil. What it gives else needs a person (see Classify).
func (w *Worker) Run(ctx context.Context) error {
	err := w.run(ctx)
	for errors.Is(err, errAnew) {
		err = w.run(ctx)
	}
	w.Metrics.Lost(w.a.Topic, w.a.Partition)
	if class, _ := Classify(err); err == nil || class == Fenced || ctx.Err() != nil && class == Retry {
		w.log.Debug("worker ends", "reason", err)
		return nil
	}
	return &Stopped{Source: w.table.Contract.Source, Table: w.table.Contract.Name(), Topic: w.a.Topic, Partition: w.a.Partition, Err: err}
}

func (w *Worker) run(ctx context.Context) error {
	w.batches, w.ready, w.owed = make(chan *batch.Batch, 1), make(chan struct{}, 1), nil
	if err := w.takeOver(ctx); err != nil {
		return err
	}
	reading, stop := context.WithCancelCause(ctx)
	read := make(chan error, 1)
	go func() {
		defer close(w.batches)
		read <- w.read(reading)
	}()
	applying, cancel := grace(ctx, w.Grace)
	defer cancel()
	err := w.applyAll(applying)
	stop(errApplying)
	for b := range w.batches { // what was cut and never sealed is cut again by the next owner
		w.collector.Release(b)
	}
	failed := <-read
	if b := w.collector.Cut(); b != nil {
		w.collector.Release(b)
	}
	if !errors.Is(failed, errApplying) && err == nil {
		err = failed
	}
	return err
}

var (
	errApplying = errors.New("the applying side ended")
	// errAnew ends a run that must be begun again from the commit.
	errAnew = errors.New("begin anew")
)

// grace gives a context that ends d after ctx. A batch that was sealed when the
// generation ends is finished rather than sent a second time by the next owner; the
// group waits for it, and the commit is fenced in any case.
func grace(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(d, func() { cancel(context.Cause(ctx)) })
	})
	return late, func() {
		stop()
		cancel(context.Canceled)
	}
}

func (w *Worker) retried(attempt string) func(error) {
	return func(err error) {
		w.Metrics.Retried(attempt)
		w.log.Warn("trying again", "attempt", attempt, "error", err)
	}
}

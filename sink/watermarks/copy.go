package watermarks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/watermark"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// Inserter sends one block.
type Inserter interface {
	Insert(ctx context.Context, database, table string, input proto.Input, token string) error
}

// Copier copies one partition of the topic. A watermark that is inserted twice does no
// harm (whoever reads them takes the greatest), so there is nothing to seal: the commit
// follows the insert. Compaction may have removed older ones, which changes nothing.
type Copier struct {
	Kafka  ledger.Client
	Broker consume.Broker
	To     Inserter
	Group  string
	// Age is how long a watermark waits for more; MaxWait how long the broker holds an
	// empty fetch.
	Age, MaxWait time.Duration
	Log          *slog.Logger
	// Retried is told of every failed attempt that is made again, Unread of every record
	// that is no watermark.
	Retried func(attempt string, err error)
	Unread  func(rec *consume.Record, err error)

	a      consume.Assignment
	ledger *ledger.Ledger
	reader *consume.Reader
	cols   *columns
	began  time.Time
}

// Run copies until ctx ends or the commit is refused, which gives nil.
func (c Copier) Run(ctx context.Context, a consume.Assignment) error {
	c.a, c.cols = a, newColumns()
	c.ledger = ledger.New(c.Kafka, ledger.Fence{Group: c.Group, Generation: a.Generation, Member: a.Member}, a.Topic, a.Partition)
	c.ledger.Retried = func(err error) { c.Retried("commit", err) }
	err := c.run(ctx)
	if ctx.Err() != nil || errors.Is(err, ledger.ErrRefused) {
		return nil
	}
	return err
}

func (c *Copier) run(ctx context.Context) error {
	e, _, err := c.ledger.Load(ctx)
	if errors.Is(err, ledger.ErrNoMetadata) || errors.Is(err, ledger.ErrMetadata) {
		c.Log.Warn("reading all watermarks again", "error", err)
		err = nil
	}
	if err != nil {
		return err
	}
	c.start(e.Next)
	for {
		chunk, err := c.reader.Poll(ctx, c.wait())
		if errors.Is(err, consume.ErrRetention) || errors.Is(err, consume.ErrBeyondEnd) {
			if err := c.restart(ctx, err); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		c.read(chunk)
		if err := chunk.Err(); err != nil {
			return err
		}
		if err := c.flush(ctx); err != nil {
			return err
		}
	}
}

func (c *Copier) start(next int64) {
	c.reader = consume.NewReader(c.Broker, c.a.Topic, c.a.Partition, next)
	c.reader.Compacted = true
	c.reader.Retried = func(err error) { c.Retried("fetch", err) }
}

// restart goes on at the log's beginning: what retention removed was older than what is
// there, and a topic that was made anew has only new ones.
func (c *Copier) restart(ctx context.Context, cause error) error {
	first, err := c.reader.First(ctx)
	if err != nil {
		return err
	}
	c.Log.Warn("reading watermarks from the beginning of the topic", "offset", first, "reason", cause)
	c.start(first)
	return nil
}

func (c *Copier) wait() time.Duration {
	if c.cols.rows() == 0 {
		return c.MaxWait
	}
	return min(c.MaxWait, max(5*time.Millisecond, c.Age-time.Since(c.began)))
}

func (c *Copier) read(chunk *consume.Chunk) {
	for chunk.Next() {
		rec := chunk.Record()
		w, err := watermark.Parse(rec.Value)
		if err != nil {
			c.Unread(rec, err)
			continue
		}
		if c.cols.rows() == 0 {
			c.began = time.Now()
		}
		c.cols.add(w, rec.Offset)
	}
}

// flush inserts what is there once it is old enough, and commits.
func (c *Copier) flush(ctx context.Context) error {
	const most = 10_000
	n := c.cols.rows()
	if n == 0 || n < most && time.Since(c.began) < c.Age {
		return nil
	}
	var again clickhouse.Again
	for {
		err := c.To.Insert(ctx, "ops", "watermarks", c.cols.input(), "")
		if err == nil {
			break
		}
		if !again.Worth(err) {
			return fmt.Errorf("insert %d watermarks: %w", n, err)
		}
		c.Retried("insert watermarks", err)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(500 * time.Millisecond):
		}
	}
	c.cols.reset()
	return c.ledger.Commit(ctx, ledger.Entry{Kind: ledger.Done, Next: c.reader.Next()})
}

var _ ledger.Client = (*kafka.Client)(nil)

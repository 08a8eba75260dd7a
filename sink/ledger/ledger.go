package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// Client is the part of kafka.Client that the ledger needs.
type Client interface {
	OffsetCommit(context.Context, *kafka.OffsetCommitRequest) (*kafka.OffsetCommitResponse, error)
	OffsetFetch(context.Context, *kafka.OffsetFetchRequest) (*kafka.OffsetFetchResponse, error)
}

// Fence identifies the membership under which a partition was assigned. It must be
// the generation of that assignment and never a later one: with a later id the broker
// accepts a commit for a partition that the member has lost.
type Fence struct {
	Group      string
	Generation int
	Member     string
}

// Ledger is one partition's commit under one assignment. Not for concurrent use.
type Ledger struct {
	client    Client
	fence     Fence
	topic     string
	partition int
	// Timeout bounds one request; Pause is the wait before a transient failure is tried again.
	Timeout, Pause time.Duration
	// Retried, when set, is told of every transient failure.
	Retried func(error)
}

// New is the ledger of a partition for as long as the fence's generation lives.
func New(client Client, fence Fence, topic string, partition int) *Ledger {
	return &Ledger{client: client, fence: fence, topic: topic, partition: partition,
		Timeout: 10 * time.Second, Pause: 200 * time.Millisecond}
}

// Load reads the commit; ok is false when the group never committed this partition.
// It fails with ErrNoMetadata, ErrMetadata, or when ctx ends.
func (l *Ledger) Load(ctx context.Context) (e Entry, ok bool, err error) {
	err = l.retry(ctx, func(ctx context.Context) error {
		e, ok, err = l.fetch(ctx)
		return err
	})
	return e, ok, err
}

func (l *Ledger) fetch(ctx context.Context) (Entry, bool, error) {
	res, err := l.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{
		GroupID: l.fence.Group, Topics: map[string][]int{l.topic: {l.partition}},
	})
	if err == nil {
		err = res.Error
	}
	if err != nil {
		return Entry{}, false, fmt.Errorf("read the commit of %s/%d: %w", l.topic, l.partition, err)
	}
	for _, p := range res.Topics[l.topic] {
		if p.Partition == l.partition {
			return l.entry(p)
		}
	}
	return Entry{}, false, fmt.Errorf("read the commit of %s/%d: the answer does not hold it", l.topic, l.partition)
}

func (l *Ledger) entry(p kafka.OffsetFetchPartition) (Entry, bool, error) {
	if p.Error != nil {
		return Entry{}, false, fmt.Errorf("read the commit of %s/%d: %w", l.topic, l.partition, p.Error)
	}
	if p.CommittedOffset < 0 {
		return Entry{}, false, nil
	}
	if p.Metadata == "" { // rule: metadata-stop
		return Entry{}, false, fmt.Errorf("%w: %s/%d at offset %d", ErrNoMetadata, l.topic, l.partition, p.CommittedOffset)
	}
	e, err := Parse(p.Metadata)
	if err == nil && e.Next != p.CommittedOffset { // moved by a tool that kept the metadata
		err = fmt.Errorf("%w: it says %d, the commit is at %d", ErrMetadata, e.Next, p.CommittedOffset)
	}
	if err != nil {
		return Entry{}, false, fmt.Errorf("commit of %s/%d: %w", l.topic, l.partition, err)
	}
	return e, true, nil
}

// Commit writes e, as a seal or as done. It fails with ErrRefused when the generation
// is over, and otherwise tries until ctx ends. Writing the same entry again is the
// recheck of an open seal.
func (l *Ledger) Commit(ctx context.Context, e Entry) error {
	return l.retry(ctx, func(ctx context.Context) error { return l.commit(ctx, e) })
}

func (l *Ledger) commit(ctx context.Context, e Entry) error {
	res, err := l.client.OffsetCommit(ctx, &kafka.OffsetCommitRequest{
		GroupID: l.fence.Group, GenerationID: l.fence.Generation, MemberID: l.fence.Member, // rule: fence
		Topics: map[string][]kafka.OffsetCommit{l.topic: {{Partition: l.partition, Offset: e.Next, Metadata: e.Text()}}},
	})
	if err != nil {
		return fmt.Errorf("commit %s/%d at %d: %w", l.topic, l.partition, e.Next, err)
	}
	for _, p := range res.Topics[l.topic] {
		if p.Partition == l.partition {
			if p.Error != nil {
				return fmt.Errorf("commit %s/%d at %d: %w", l.topic, l.partition, e.Next, p.Error)
			}
			return nil
		}
	}
	return fmt.Errorf("commit %s/%d at %d: the answer does not hold it", l.topic, l.partition, e.Next)
}

// retry runs try until it succeeds, fails for good, or ctx ends. A commit whose answer
// was lost may have been taken; taking it twice changes nothing.
func (l *Ledger) retry(ctx context.Context, try func(context.Context) error) error {
	for {
		one, cancel := context.WithTimeout(ctx, l.Timeout)
		err, transient := verdict(try(one))
		cancel()
		if !transient || errors.Is(err, ErrNoMetadata) || errors.Is(err, ErrMetadata) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if l.Retried != nil {
			l.Retried(err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(l.Pause):
		}
	}
}

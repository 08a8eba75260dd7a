package publish

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/topics"
)

const (
	firstPause = 20 * time.Millisecond
	lastPause  = 2 * time.Second
)

// goneAfter is how long a topic may be absent before it counts as deleted; brokers that
// restart report absent topics for a moment.
var goneAfter = 60 * time.Second

// sender writes one partition's batches, one request in flight: a second one could
// overtake the first when that is tried again. rule: one-in-flight.
type sender struct {
	*partition
	client   *kafka.Client
	session  *session
	squeeze  *squeezer // nil: no compression
	ledger   *ledger
	observer Observer
	log      *slog.Logger

	renewals int  // of the session when the sequence was last begun
	answered bool // each attempt at the current batch got an answer
}

// run sends until ctx ends or a batch cannot be sent; it gives the error of the latter.
func (s *sender) run(ctx context.Context) error {
	for {
		b := s.take()
		if b == nil {
			select {
			case <-ctx.Done():
				return nil
			case <-s.wake:
			}
			continue
		}
		if err := s.send(ctx, b); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

func (s *sender) send(ctx context.Context, b *batch) error {
	began := time.Now()
	s.session.mu.RLock()
	defer s.session.mu.RUnlock()
	p := s.session.producer
	if s.renewals != s.session.renewals {
		s.renewals, s.sequence = s.session.renewals, 0 // a new epoch counts anew
	}
	p.Sequence = s.sequence // rule: idempotent
	framed, err := s.squeeze.seal(b, p)
	if err != nil {
		return err
	}
	base, err := s.deliver(ctx, framed, b.Count())
	if err != nil {
		return err
	}
	s.sequence = nextSequence(s.sequence, b.Count())
	for _, r := range s.ack(b, base) {
		s.ledger.resolve(r.barrier, advance{s.slot, r.next})
	}
	s.observer.Acked(s.topic, s.id, b.Count(), len(framed), time.Since(began))
	if s.budget != nil {
		s.budget.give(b.taken)
	}
	if s.answered {
		// An attempt that timed out may still read the bytes: that buffer is left alone.
		s.recycle(b)
	}
	return nil
}

// nextSequence wraps as the broker's does: after the greatest int32 comes 0.
func nextSequence(s int32, n int) int32 { return int32((int64(s) + int64(n)) & (1<<31 - 1)) }

// deliver sends the same bytes until the broker has them, for ever, and gives the offset
// of the first record. rule: same-bytes.
func (s *sender) deliver(ctx context.Context, framed []byte, count int) (base int64, err error) {
	out := outage{log: s.log.With("topic", s.topic, "partition", s.id)}
	s.answered = true
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		base, err = s.attempt(ctx, framed)
		switch judge(err) {
		case duplicate:
			base, err = s.find(ctx, count)
		case fatal:
			return 0, s.refused(err, len(framed))
		case absent:
			if out.lasted() > goneAfter {
				return 0, fault.New(fault.TopicGone, "write to "+s.String(), err, "")
			}
		}
		if err == nil {
			out.over()
			return base, s.check(base)
		}
		s.observer.Retried(s.topic, s.id, codeOf(err))
		out.note(err)
		if err := sleep(ctx, pause); err != nil {
			return 0, err
		}
	}
}

func (s *sender) attempt(ctx context.Context, framed []byte) (int64, error) {
	r, err := s.client.RawProduce(ctx, &kafka.RawProduceRequest{
		Topic: s.topic, Partition: s.id, RequiredAcks: kafka.RequireAll,
		RawRecords: protocol.RawRecordSet{Reader: bytes.NewReader(framed)},
	})
	if err != nil {
		s.answered = false
		return 0, err
	}
	return r.BaseOffset, r.Error
}

// find gives the offset of a batch that an earlier attempt had written. Nothing of this
// session follows it, so it ends where the partition ends, or before: too high an offset
// makes a watermark late, too low a one would make it wrong.
func (s *sender) find(ctx context.Context, count int) (int64, error) {
	bounds, err := topics.Admin{Client: s.client}.Bounds(ctx, s.topic, s.id+1)
	if err != nil {
		return 0, err
	}
	return bounds[s.id].End - int64(count), nil
}

// check refuses an offset below what was acknowledged before: the topic was recreated or
// cut under us, and what it held is gone.
func (s *sender) check(base int64) error {
	if base >= s.end {
		return nil
	}
	return fault.New(fault.TopicGone, "write to "+s.String(),
		fmt.Errorf("the broker wrote at offset %d, though %d records were acknowledged before", base, s.end), "")
}

func (s *sender) refused(err error, size int) error {
	doing := fmt.Sprintf("write a batch of %d bytes to %s", size, s)
	return topics.Failed(doing, err)
}

func sleep(ctx context.Context, pause time.Duration) error {
	t := time.NewTimer(pause/2 + rand.N(pause/2+1))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

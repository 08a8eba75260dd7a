package publish

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// openTimeout bounds how long each step of Open tries again before it gives up.
var openTimeout = 30 * time.Second

// session is the producer session that all senders share.
type session struct {
	client *kafka.Client
	source string

	mu       sync.RWMutex // read: a batch is on its way; written: the session changes
	producer recordbatch.Producer
	renewals int
}

// begin starts a producer session. The broker gives it a higher epoch than the last of
// the same source had, and from this session's first write to a partition on refuses
// the older one there. rule: epoch-fence.
func begin(ctx context.Context, client *kafka.Client, source string) (*session, error) {
	s := &session{client: client, source: source}
	// Zeros would claim a session and be refused.
	err := s.init(ctx, "begin a producer session", recordbatch.NoProducer)
	return s, err
}

// renew raises the session's epoch while nothing is on its way. Brokers forget a
// transactional id after a week without this (transactional.id.expiration.ms), and then
// give the next capture another producer id, whose epoch fences nobody.
func (s *session) renew(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.init(ctx, "renew the producer session", s.producer); err != nil {
		return err
	}
	s.renewals++
	return nil
}

func (s *session) init(ctx context.Context, doing string, have recordbatch.Producer) error {
	return persist(ctx, doing, func(ctx context.Context) error {
		r, err := s.client.InitProducerID(ctx, &kafka.InitProducerIDRequest{
			TransactionalID: "tidemark-" + s.source, TransactionTimeoutMs: 60_000,
			ProducerID: int(have.ID), ProducerEpoch: int(have.Epoch),
		})
		if err == nil {
			err = r.Error
		}
		if err != nil {
			return err
		}
		s.producer = recordbatch.Producer{ID: int64(r.Producer.ProducerID), Epoch: int16(r.Producer.ProducerEpoch)}
		return nil
	})
}

// keep renews the session until ctx ends.
func (s *session) keep(ctx context.Context, every time.Duration) error {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		err := s.renew(ctx)
		if fault.Is(err, fault.Unreachable) {
			continue // the brokers are away; the next tick is early enough
		}
		if err != nil {
			return err
		}
	}
}

// persist repeats what passes by itself: brokers that start answer "coordinator is
// loading" and "not available" for seconds.
func persist(ctx context.Context, doing string, f func(context.Context) error) error {
	limit, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := f(limit)
		if err == nil {
			return nil
		}
		if v := judge(err); v == fatal || v == duplicate {
			return topics.Failed(doing, err)
		}
		if sleep(limit, pause) != nil {
			return topics.Failed(doing, errors.Join(context.Cause(ctx), err))
		}
	}
}

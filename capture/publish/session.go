package publish

import (
	"context"
	"errors"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// openTimeout bounds how long each step of Open tries again before it gives up.
var openTimeout = 30 * time.Second

// begin starts a producer session. The broker gives it a higher epoch than the last of
// the same source had, and from this session's first write to a partition on refuses
// the older one there.
func begin(ctx context.Context, client *kafka.Client, source string) (recordbatch.Producer, error) {
	var p recordbatch.Producer
	err := persist(ctx, "begin a producer session", func(ctx context.Context) error {
		r, err := client.InitProducerID(ctx, &kafka.InitProducerIDRequest{
			TransactionalID: "tidemark-" + source, TransactionTimeoutMs: 60_000,
			ProducerID: -1, ProducerEpoch: -1, // zeros would claim a session and be refused
		})
		if err == nil {
			err = r.Error
		}
		if err != nil {
			return err
		}
		p = recordbatch.Producer{ID: int64(r.Producer.ProducerID), Epoch: int16(r.Producer.ProducerEpoch)}
		return nil
	})
	return p, err
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

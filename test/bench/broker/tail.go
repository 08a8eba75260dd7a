package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Arrival is a record of a table with a numeric key `id`, as a consumer saw it.
type Arrival struct {
	ID     int64
	Commit time.Time // in the source
	Seen   time.Time // when the consumer held it
}

// Tail notes every change that arrives in a topic behind the ends, until ctx ends.
func (b *Broker) Tail(ctx context.Context, topic string, ends []int64, note func(Arrival)) error {
	var (
		wait sync.WaitGroup
		lock sync.Mutex
		errs error
	)
	for partition, from := range ends {
		wait.Go(func() {
			err := b.each(ctx, topic, partition, from, func(r *kafka.Record) (bool, error) {
				a, ok, err := arrival(r)
				if ok {
					lock.Lock()
					note(a)
					lock.Unlock()
				}
				return true, err
			})
			if ctx.Err() == nil {
				lock.Lock()
				errs = errors.Join(errs, err)
				lock.Unlock()
			}
		})
	}
	wait.Wait()
	return errs
}

// arrival is not ok for markers and tombstones.
func arrival(r *kafka.Record) (a Arrival, ok bool, err error) {
	a.Seen = time.Now()
	if len(r.Headers) != 1 || r.Headers[0].Key != event.HeaderKey {
		return a, false, nil
	}
	h, err := event.ParseHeader(r.Headers[0].Value)
	if err != nil || h.Op == event.Marking {
		return a, false, err
	}
	key, err := kafka.ReadAll(r.Key)
	if err != nil {
		return a, false, fmt.Errorf("read a key: %w", err)
	}
	id, whole := bytes.CutPrefix(key, []byte(`{"id":`))
	if a.ID, err = strconv.ParseInt(string(bytes.TrimSuffix(id, []byte("}"))), 10, 64); err != nil || !whole {
		return a, false, fmt.Errorf("key is %q", key)
	}
	a.Commit = time.UnixMicro(h.CommitTime)
	return a, true, nil
}

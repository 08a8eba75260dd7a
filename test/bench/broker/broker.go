// Package broker looks into Kafka: how far topics are, their watermarks, and the moment
// at which records appear.
package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// Broker asks one broker.
type Broker struct{ client *kafka.Client }

// New prepares a client; nothing is dialled yet.
func New(addr string) *Broker {
	// A topic that was made a moment ago stays invisible for as long as metadata is kept.
	return &Broker{client: &kafka.Client{Addr: kafka.TCP(addr), Timeout: 10 * time.Second, Transport: &kafka.Transport{MetadataTTL: time.Second}}}
}

// Ends gives the end offset of each partition of the topics, one after the other. A
// topic that does not exist yet has none.
func (b *Broker) Ends(ctx context.Context, topics ...string) ([]int64, error) {
	meta, err := b.client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
	if err != nil {
		return nil, fmt.Errorf("read the topics' metadata: %w", err)
	}
	ask := map[string][]kafka.OffsetRequest{}
	for _, t := range meta.Topics {
		for i := range t.Partitions {
			ask[t.Name] = append(ask[t.Name], kafka.LastOffsetOf(i))
		}
	}
	if len(ask) == 0 {
		return nil, nil
	}
	r, err := b.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: ask})
	if err != nil {
		return nil, fmt.Errorf("read the topics' ends: %w", err)
	}
	var ends []int64
	for _, name := range topics {
		of := make([]int64, len(ask[name]))
		for _, p := range r.Topics[name] {
			if p.Error != nil {
				return nil, fmt.Errorf("read the end of %s/%d: %w", name, p.Partition, p.Error)
			}
			of[p.Partition] = p.LastOffset
		}
		ends = append(ends, of...)
	}
	return ends, nil
}

// Count is the number of records that the topics ever got.
func (b *Broker) Count(ctx context.Context, topics ...string) (n int64, err error) {
	ends, err := b.Ends(ctx, topics...)
	for _, e := range ends {
		n += e
	}
	return n, err
}

// each reads a partition from an offset on and gives every record to f, until f says
// that it has enough or ctx ends.
func (b *Broker) each(ctx context.Context, topic string, partition int, from int64, f func(*kafka.Record) (more bool, err error)) error {
	for {
		r, err := b.client.Fetch(ctx, &kafka.FetchRequest{Topic: topic, Partition: partition, Offset: from, MinBytes: 1, MaxBytes: 4 << 20, MaxWait: 250 * time.Millisecond})
		if err == nil {
			err = r.Error
		}
		if err != nil {
			return fmt.Errorf("fetch %s/%d from %d: %w", topic, partition, from, err)
		}
		next, more, err := drain(r.Records, from, f)
		if err != nil || !more {
			return err
		}
		from = next
	}
}

func drain(records kafka.RecordReader, from int64, f func(*kafka.Record) (bool, error)) (next int64, more bool, err error) {
	for next = from; ; {
		r, err := records.ReadRecord()
		if err != nil {
			return next, true, notEnd(err)
		}
		if r.Offset < from { // a batch is sent whole
			continue
		}
		if more, err := f(r); err != nil || !more {
			return next, more, err
		}
		next = r.Offset + 1
	}
}

func notEnd(err error) error {
	if errors.Is(err, errEnd) {
		return nil
	}
	return fmt.Errorf("read a record: %w", err)
}

// MeanValue is the mean size in bytes of the values of the first n changes in a topic's
// first partition; 0 when it holds none.
func (b *Broker) MeanValue(ctx context.Context, topic string, n int) (float64, error) {
	end, err := b.Ends(ctx, topic)
	if err != nil || len(end) == 0 || end[0] == 0 {
		return 0, err
	}
	var sum, seen int
	err = b.each(ctx, topic, 0, 0, func(r *kafka.Record) (bool, error) {
		if _, ok, err := arrival(r); ok && err == nil {
			sum, seen = sum+r.Value.Len(), seen+1
		}
		return seen < n && r.Offset+1 < end[0], nil
	})
	return float64(sum) / float64(max(seen, 1)), err
}

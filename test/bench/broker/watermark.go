package broker

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

var errEnd = io.EOF

// Watermark is the last one of a source; nil when there is none yet.
func (b *Broker) Watermark(ctx context.Context, source string) (*watermark.Watermark, error) {
	end, err := b.Count(ctx, topic.Watermarks) // of its one partition
	if err != nil || end == 0 {
		return nil, err
	}
	var last *watermark.Watermark
	err = b.each(ctx, topic.Watermarks, 0, 0, func(r *kafka.Record) (bool, error) {
		value, err := kafka.ReadAll(r.Value)
		if err != nil {
			return false, fmt.Errorf("read a watermark: %w", err)
		}
		if w, err := watermark.Parse(value); err == nil && w.Source == source {
			last = w
		}
		return r.Offset+1 < end, nil
	})
	return last, err
}

// Rewind makes a watermark of before the newest one again, as if all that was published
// since had not been confirmed: capture then publishes it again, as after a crash. It
// takes the newest of all that the topic holds, so the topic is made anew.
func (b *Broker) Rewind(ctx context.Context, w *watermark.Watermark) error {
	if last, err := b.Watermark(ctx, w.Source); err != nil || last.Position == w.Position {
		return err
	}
	value, err := w.Encode()
	if err != nil {
		return err
	}
	if err := b.recreate(ctx, topic.Watermarks); err != nil {
		return err
	}
	return retry(ctx, "put back the watermark of "+w.Source, func() error {
		r, err := b.client.Produce(ctx, &kafka.ProduceRequest{Topic: topic.Watermarks, RequiredAcks: kafka.RequireAll,
			Records: kafka.NewRecordReader(kafka.Record{Time: time.Now(), Key: kafka.NewBytes([]byte(w.Source)), Value: kafka.NewBytes(value)})})
		if err != nil {
			return err
		}
		return r.Error
	})
}

// recreate empties a topic of one partition.
func (b *Broker) recreate(ctx context.Context, name string) error {
	err := retry(ctx, "delete topic "+name, func() error {
		r, err := b.client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{name}})
		if err != nil {
			return err
		}
		return r.Errors[name]
	})
	if err != nil {
		return err
	}
	return retry(ctx, "create topic "+name, func() error {
		r, err := b.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: name, NumPartitions: 1, ReplicationFactor: 1,
			ConfigEntries: []kafka.ConfigEntry{{ConfigName: "cleanup.policy", ConfigValue: "compact"}}}}})
		if err != nil {
			return err
		}
		return r.Errors[name]
	})
}

// retry does for 10 s what a broker refuses while a topic comes or goes.
func retry(ctx context.Context, doing string, f func() error) error {
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := f()
		if err == nil {
			return nil
		}
		if time.Now().After(until) || ctx.Err() != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
}

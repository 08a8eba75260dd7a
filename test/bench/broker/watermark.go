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

// PutWatermark writes a watermark of before, as if all that was published since had not
// been confirmed: capture then publishes it again, as after a crash.
func (b *Broker) PutWatermark(ctx context.Context, w *watermark.Watermark) error {
	value, err := w.Encode()
	if err != nil {
		return err
	}
	r, err := b.client.Produce(ctx, &kafka.ProduceRequest{Topic: topic.Watermarks, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Time: time.Now(), Key: kafka.NewBytes([]byte(w.Source)), Value: kafka.NewBytes(value)})})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return fmt.Errorf("put back the watermark of %s: %w", w.Source, err)
	}
	return nil
}

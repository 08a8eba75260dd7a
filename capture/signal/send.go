package signal

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// Prepare makes the signals' topic where it is missing.
func Prepare(ctx context.Context, client *kafka.Client, replication int) error {
	_, _, err := topics.Admin{Client: client}.Ensure(ctx, topics.ForSignals(replication))
	return err
}

// Send writes a signal and gives it as it is stored, with its offset. The topic is made where it is missing; ID and At are
// filled in where they are empty. It is one attempt: an error may still have sent it, and a second sending asks twice, which
// costs a second snapshot and no data.
func Send(ctx context.Context, client *kafka.Client, replication int, s Signal) (Signal, error) {
	if err := Prepare(ctx, client, replication); err != nil {
		return s, err
	}
	if s.ID == "" {
		s.ID = uuid.NewString()
	}
	if s.At.IsZero() {
		s.At = time.Now().UTC().Truncate(time.Millisecond)
	}
	value, err := json.Marshal(s)
	if err != nil {
		return s, err
	}
	r, err := client.Produce(ctx, &kafka.ProduceRequest{Topic: topic.Signals, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Key: kafka.NewBytes([]byte(s.Source)), Value: kafka.NewBytes(value)})})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return s, topics.Failed("write to "+topic.Signals, err)
	}
	s.Offset = r.BaseOffset
	return s, nil
}

package deadletter

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// The headers that a dead letter has in the topic, beside its original one.
const (
	HeaderTopic     = "tidemark.topic"
	HeaderPartition = "tidemark.partition"
	HeaderOffset    = "tidemark.offset"
	HeaderReason    = "tidemark.reason"
	HeaderError     = "tidemark.error"
)

// Client is the part of kafka.Client that Produce needs.
type Client interface {
	Produce(context.Context, *kafka.ProduceRequest) (*kafka.ProduceResponse, error)
	CreateTopics(context.Context, *kafka.CreateTopicsRequest) (*kafka.CreateTopicsResponse, error)
}

// Produce writes letters to topic tidemark.deadletters, acknowledged by all replicas.
// A failure may have written some: it is done again, so a letter may stand there twice.
func Produce(ctx context.Context, c Client, letters []Letter) error {
	for len(letters) > 0 {
		n := chunk(letters)
		if err := produce(ctx, c, letters[:n]); err != nil {
			return fmt.Errorf("produce %d dead letters: %w", n, err)
		}
		letters = letters[n:]
	}
	return nil
}

// chunk is how many letters go into one request: brokers refuse large ones.
func chunk(letters []Letter) int {
	const most = 512 << 10
	size := 0
	for i := range letters {
		size += len(letters[i].Key) + len(letters[i].Value) + len(letters[i].Err) + 256
		if size > most {
			return max(1, i)
		}
	}
	return len(letters)
}

func produce(ctx context.Context, c Client, letters []Letter) error {
	records := make([]kafka.Record, len(letters))
	for i := range letters {
		l := &letters[i]
		records[i] = kafka.Record{Key: kafka.NewBytes(l.Key), Value: kafka.NewBytes(l.Value), Headers: l.headers()}
	}
	res, err := c.Produce(ctx, &kafka.ProduceRequest{Topic: topic.DeadLetters, Partition: 0, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(records...)})
	if err != nil {
		return err
	}
	return res.Error
}

func (l *Letter) headers() []kafka.Header {
	h := []kafka.Header{
		{Key: HeaderTopic, Value: []byte(l.Topic)},
		{Key: HeaderPartition, Value: strconv.AppendInt(nil, int64(l.Partition), 10)},
		{Key: HeaderOffset, Value: strconv.AppendInt(nil, l.Offset, 10)},
		{Key: HeaderReason, Value: []byte(l.Reason)},
		{Key: HeaderError, Value: []byte(l.Err)},
	}
	if l.Header != nil {
		h = append(h, kafka.Header{Key: event.HeaderKey, Value: l.Header})
	}
	return h
}

// EnsureTopic creates tidemark.deadletters where it is missing.
func EnsureTopic(ctx context.Context, c Client, replicas int) error {
	res, err := c.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{
		Topic: topic.DeadLetters, NumPartitions: 1, ReplicationFactor: replicas,
		ConfigEntries: []kafka.ConfigEntry{{ConfigName: "retention.ms", ConfigValue: "-1"}},
	}}})
	if err == nil {
		err = res.Errors[topic.DeadLetters]
	}
	if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
		return fmt.Errorf("create topic %s: %w", topic.DeadLetters, err)
	}
	return nil
}

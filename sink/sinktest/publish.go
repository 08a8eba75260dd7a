package sinktest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// Topic writes records to a topic's partitions.
type Topic struct {
	Client *kafka.Client
	Name   string
	open   []recordbatch.Builder
	sent   [][]byte // the last batch of each partition, to be sent again
}

// Create makes the topic with its incarnation markers.
func Create(ctx context.Context, c *kafka.Client, name string, partitions int, incarnation string) (*Topic, error) {
	t := &Topic{Client: c, Name: name, open: make([]recordbatch.Builder, partitions), sent: make([][]byte, partitions)}
	for i := range t.open {
		t.open[i].Reset(nil, time.Now().UnixMilli())
	}
	res, err := c.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: name, NumPartitions: partitions, ReplicationFactor: 1}}})
	if err == nil {
		err = res.Errors[name]
	}
	if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	t.Marker(event.Marker{Kind: event.TopicOpened, Incarnation: incarnation, Partitions: partitions}, event.Header{})
	return t, t.Flush(ctx)
}

// Put adds a record to its partition's open batch.
func (t *Topic) Put(r Record) {
	name := event.HeaderKey
	if r.Header == nil {
		name = ""
	}
	t.open[r.Partition].Append(time.Now().UnixMilli(), r.Key, r.Value, name, r.Header)
}

// Marker adds a marker to every partition.
func (t *Topic) Marker(m event.Marker, h event.Header) {
	h.Op = event.Marking
	for p := range t.open {
		t.Put(Record{Partition: p, Value: m.Encode(), Header: h.Append(nil)})
	}
}

// Full reports whether some open batch is large.
func (t *Topic) Full() bool {
	for i := range t.open {
		if t.open[i].Len() > 512<<10 {
			return true
		}
	}
	return false
}

// Flush sends the open batches.
func (t *Topic) Flush(ctx context.Context) error {
	for p := range t.open {
		if t.open[p].Count() == 0 {
			continue
		}
		t.sent[p] = append(t.sent[p][:0], t.open[p].Seal(recordbatch.NoProducer)...)
		t.open[p].Reset(t.open[p].Buffer(), time.Now().UnixMilli())
		if err := t.produce(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// Again sends the last batch of each partition once more, as a producer without
// idempotence does after a lost answer.
func (t *Topic) Again(ctx context.Context) error {
	for p := range t.sent {
		if len(t.sent[p]) > 0 {
			if err := t.produce(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Topic) produce(ctx context.Context, p int) error {
	for {
		framed := append(binary.BigEndian.AppendUint32(nil, uint32(len(t.sent[p]))), t.sent[p]...)
		res, err := t.Client.RawProduce(ctx, &kafka.RawProduceRequest{Topic: t.Name, Partition: p, RequiredAcks: kafka.RequireAll,
			RawRecords: protocol.RawRecordSet{Reader: bytes.NewReader(framed)}})
		if err == nil {
			err = res.Error
		}
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("produce to %s/%d: %w", t.Name, p, err)
		}
		time.Sleep(100 * time.Millisecond) // the topic is new, or the broker restarts
	}
}

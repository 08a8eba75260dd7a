// Package topics creates topics and tells one incarnation of a topic from another.
package topics

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// Spec is how a topic is made.
type Spec struct {
	Name        string
	Partitions  int
	Replication int
	Configs     map[string]string
}

// ForTable is the spec of a table's topic; retention 0 keeps records for ever.
func ForTable(name string, partitions, replication int, retention time.Duration) Spec {
	ms := "-1"
	if retention > 0 {
		ms = strconv.FormatInt(retention.Milliseconds(), 10)
	}
	// Never "compact": a compacted topic loses the history that replay and before
	// images are made of.
	return Spec{Name: name, Partitions: partitions, Replication: replication,
		Configs: map[string]string{"cleanup.policy": "delete", "retention.ms": ms}}
}

// ForWatermarks is the spec of the watermarks' topic. Compaction keeps each source's
// last watermark for ever, which retention by age would delete from an idle source; the
// lag leaves a day's history for sinks that are behind.
func ForWatermarks(replication int) Spec {
	return Spec{Name: topic.Watermarks, Partitions: 1, Replication: replication,
		Configs: map[string]string{"cleanup.policy": "compact", "min.compaction.lag.ms": "86400000", "segment.bytes": "67108864"}}
}

// ForSignals is the spec of the signals' topic. It keeps all: a capture may be stopped for as
// long as it takes to mend what stopped it, and each record was typed by a person.
func ForSignals(replication int) Spec {
	return Spec{Name: topic.Signals, Partitions: 1, Replication: replication,
		Configs: map[string]string{"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}}
}

// Admin asks brokers about topics. Every call is one attempt.
type Admin struct {
	Client *kafka.Client
}

// Partitions is the topic's partition count; 0 where there is no such topic.
func (a Admin) Partitions(ctx context.Context, name string) (int, error) {
	m, err := a.Client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{name}})
	if err != nil {
		return 0, Failed("read metadata of topic "+name, err)
	}
	t := m.Topics[0]
	if errors.Is(t.Error, kafka.UnknownTopicOrPartition) {
		return 0, nil
	}
	if t.Error != nil {
		return 0, Failed("read metadata of topic "+name, t.Error)
	}
	return len(t.Partitions), nil
}

// Create makes the topic and waits until the cluster shows it; created is false where
// it was there already.
func (a Admin) Create(ctx context.Context, s Spec) (created bool, err error) {
	cfg := kafka.TopicConfig{Topic: s.Name, NumPartitions: s.Partitions, ReplicationFactor: s.Replication}
	for _, k := range slices.Sorted(maps.Keys(s.Configs)) {
		cfg.ConfigEntries = append(cfg.ConfigEntries, kafka.ConfigEntry{ConfigName: k, ConfigValue: s.Configs[k]})
	}
	r, err := a.Client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{cfg}})
	if err == nil {
		err = r.Errors[s.Name]
	}
	if errors.Is(err, kafka.TopicAlreadyExists) {
		return false, nil
	}
	return err == nil, Failed(fmt.Sprintf("create topic %s with %d partitions", s.Name, s.Partitions), err)
}

// Ensure makes the topic where it is missing and gives its partition count.
func (a Admin) Ensure(ctx context.Context, s Spec) (partitions int, created bool, err error) {
	if partitions, err = a.Partitions(ctx, s.Name); err != nil || partitions > 0 {
		return partitions, false, err
	}
	if created, err = a.Create(ctx, s); err != nil {
		return 0, false, err
	}
	partitions, err = a.await(ctx, s.Name)
	return partitions, created, err
}

// Delete removes the topic and waits until the cluster no longer shows it.
func (a Admin) Delete(ctx context.Context, name string) error {
	r, err := a.Client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{name}})
	if err == nil {
		err = r.Errors[name]
	}
	for err == nil {
		var n int
		if n, err = a.Partitions(ctx, name); err == nil && n == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return Failed("delete topic "+name, err)
}

// await asks until the topic shows and each of its partitions has a leader: what is
// asked of a partition before that is refused.
func (a Admin) await(ctx context.Context, name string) (int, error) {
	for {
		m, err := a.Client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{name}})
		if err == nil && led(m.Topics[0]) {
			return len(m.Topics[0].Partitions), nil
		}
		select {
		case <-ctx.Done():
			return 0, Failed("wait for topic "+name, errors.Join(context.Cause(ctx), err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func led(t kafka.Topic) bool {
	return t.Error == nil && len(t.Partitions) > 0 && !slices.ContainsFunc(t.Partitions, func(p kafka.Partition) bool {
		return p.Error != nil || p.Leader.Host == ""
	})
}

// Bounds are a partition's first offset and the offset behind its last record.
type Bounds struct{ First, End int64 }

// Bounds reads the bounds of the topic's first n partitions.
func (a Admin) Bounds(ctx context.Context, name string, n int) ([]Bounds, error) {
	doing := "list offsets of topic " + name
	var ask []kafka.OffsetRequest
	for p := range n {
		ask = append(ask, kafka.FirstOffsetOf(p), kafka.LastOffsetOf(p))
	}
	r, err := a.Client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{name: ask}})
	if err != nil {
		return nil, Failed(doing, err)
	}
	bounds, seen := make([]Bounds, n), 0
	for _, p := range r.Topics[name] {
		if p.Error != nil {
			return nil, Failed(doing, p.Error)
		}
		if p.Partition < n {
			bounds[p.Partition], seen = Bounds{First: p.FirstOffset, End: p.LastOffset}, seen+1
		}
	}
	if seen != n {
		return nil, Failed(doing, fmt.Errorf("%d of %d partitions answered", seen, n))
	}
	return bounds, nil
}

package validate

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// readTopic gives every record of a topic up to where it ends now, per partition in the
// order of offsets. Its client is another one than the pipeline's. A topic that is not
// there has no records.
func readTopic(ctx context.Context, brokers []string, topic string, each func(*kgo.Record)) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
	if err != nil {
		return fmt.Errorf("read topic %s: %w", topic, err)
	}
	defer client.Close()
	partitions, err := partitionsOf(ctx, client, topic)
	if err != nil || len(partitions) == 0 {
		return err
	}
	ends, err := endsOf(ctx, client, topic, partitions)
	if err != nil {
		return err
	}
	from := map[int32]kgo.Offset{}
	for p := range ends {
		from[p] = kgo.NewOffset().AtStart()
	}
	client.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})
	for len(ends) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("read topic %s: %w", topic, err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			end, wanted := ends[r.Partition]
			if wanted && r.Offset < end {
				each(r)
			}
			if wanted && r.Offset >= end-1 {
				delete(ends, r.Partition)
			}
		})
	}
	return nil
}

func partitionsOf(ctx context.Context, client *kgo.Client, topic string) ([]int32, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{{Topic: kmsg.StringPtr(topic)}}
	res, err := req.RequestWith(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("read topic %s: %w", topic, err)
	}
	var all []int32
	for _, t := range res.Topics {
		switch err := kerr.ErrorForCode(t.ErrorCode); err {
		case nil:
		case kerr.UnknownTopicOrPartition:
			return nil, nil
		default:
			return nil, fmt.Errorf("read topic %s: %w", topic, err)
		}
		for _, p := range t.Partitions {
			all = append(all, p.Partition)
		}
	}
	return all, nil
}

// endsOf gives the end offsets of the partitions that hold a record.
func endsOf(ctx context.Context, client *kgo.Client, topic string, partitions []int32) (map[int32]int64, error) {
	offsets := func(at int64) (map[int32]int64, error) {
		req := kmsg.NewPtrListOffsetsRequest()
		t := kmsg.NewListOffsetsRequestTopic()
		t.Topic = topic
		for _, p := range partitions {
			one := kmsg.NewListOffsetsRequestTopicPartition()
			one.Partition, one.Timestamp = p, at
			t.Partitions = append(t.Partitions, one)
		}
		req.Topics = append(req.Topics, t)
		out := map[int32]int64{}
		for _, shard := range client.RequestSharded(ctx, req) {
			if shard.Err != nil {
				return nil, fmt.Errorf("offsets of topic %s: %w", topic, shard.Err)
			}
			for _, t := range shard.Resp.(*kmsg.ListOffsetsResponse).Topics {
				for _, p := range t.Partitions {
					if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
						return nil, fmt.Errorf("offsets of topic %s/%d: %w", topic, p.Partition, err)
					}
					out[p.Partition] = p.Offset
				}
			}
		}
		return out, nil
	}
	const earliest, latest = -2, -1
	first, err := offsets(earliest)
	if err != nil {
		return nil, err
	}
	ends, err := offsets(latest)
	for p, end := range ends {
		if end <= first[p] {
			delete(ends, p)
		}
	}
	return ends, err
}

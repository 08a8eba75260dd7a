package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// RefuseWrites lets the broker refuse every record of a topic: its largest message is
// smaller than any.
func RefuseWrites(topic string) Fault {
	const limit = "max.message.bytes"
	return Fault{
		Name: "refuse-" + topic, Kind: "broker refuses writes",
		MustNot: "No record is skipped because the broker would not have it; other topics may wait, and catch up.",
		Least:   3 * time.Second, Most: 12 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error {
			return r.configure(ctx, topic, kafka.IncrementalAlterConfigsRequestConfig{Name: limit, Value: "60", ConfigOperation: kafka.ConfigOperationSet})
		},
		Heal: func(ctx context.Context, r *Rig) error {
			return r.configure(ctx, topic, kafka.IncrementalAlterConfigsRequestConfig{Name: limit, ConfigOperation: kafka.ConfigOperationDelete})
		},
	}
}

// Grow adds a partition to a topic by hand, which capture does not know of.
func Grow(topic string) Fault {
	return Fault{
		Name: "grow-" + topic, Kind: "partition added by hand",
		MustNot: "No key changes its partition, and nobody waits for what will never come from the new one.",
		Strike:  func(ctx context.Context, r *Rig) error { return r.grow(ctx, topic) },
	}
}

func (r *Rig) configure(ctx context.Context, topic string, c kafka.IncrementalAlterConfigsRequestConfig) error {
	return insist(ctx, func() error {
		res, err := r.Kafka.IncrementalAlterConfigs(ctx, &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{
			{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, Configs: []kafka.IncrementalAlterConfigsRequestConfig{c}}}})
		if err != nil {
			return fmt.Errorf("configure %s: %w", topic, err)
		}
		var errs []error
		for _, one := range res.Resources {
			errs = append(errs, one.Error)
		}
		return errors.Join(errs...)
	})
}

func (r *Rig) grow(ctx context.Context, topic string) error {
	return insist(ctx, func() error {
		have, err := r.Kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
		if err != nil {
			return fmt.Errorf("look at %s: %w", topic, err)
		}
		if len(have.Topics) != 1 || have.Topics[0].Error != nil {
			return fmt.Errorf("look at %s: it is not there", topic)
		}
		more := kafka.TopicPartitionsConfig{Name: topic, Count: int32(len(have.Topics[0].Partitions) + 1)}
		res, err := r.Kafka.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{Topics: []kafka.TopicPartitionsConfig{more}})
		if err != nil {
			return fmt.Errorf("add a partition to %s: %w", topic, err)
		}
		return res.Errors[topic]
	})
}

package topics

import (
	"context"
	"fmt"
	"strconv"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// Check says what the brokers lack for topics with so many replicas and batches of so
// many bytes.
func (a Admin) Check(ctx context.Context, replication, batch int) (found []preflight.Finding, err error) {
	m, err := a.Client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return nil, Failed("ask for brokers", err)
	}
	if len(m.Brokers) < replication {
		found = append(found, preflight.Finding{Severity: preflight.Failure,
			Title:   fmt.Sprintf("%d replicas are asked of %d brokers", replication, len(m.Brokers)),
			Detail:  "No topic can be created.",
			Command: "kafka: {replication: " + strconv.Itoa(len(m.Brokers)) + "}"})
	}
	if replication == 1 && len(m.Brokers) > 1 {
		found = append(found, preflight.Finding{Severity: preflight.Warning, Title: "topics have one replica on a cluster of " + strconv.Itoa(len(m.Brokers)),
			Detail:  "What is acknowledged is lost with the broker that has it, and the source may have dropped it by then.",
			Command: "kafka: {replication: 3}"})
	}
	limit, err := a.messageLimit(ctx, m.Controller.ID)
	if err == nil && limit > 0 && limit < batch {
		found = append(found, preflight.Finding{Severity: preflight.Failure,
			Title:   fmt.Sprintf("brokers take batches of %d bytes, the configuration makes them of %d", limit, batch),
			Detail:  "A batch that is refused stops the source.",
			Command: "kafka: {batch: " + strconv.Itoa(limit) + "}, or raise message.max.bytes of the brokers"})
	}
	return found, nil
}

// messageLimit is the broker's message.max.bytes; 0 where it does not say.
func (a Admin) messageLimit(ctx context.Context, broker int) (int, error) {
	r, err := a.Client.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{
		{ResourceType: kafka.ResourceTypeBroker, ResourceName: strconv.Itoa(broker), ConfigNames: []string{"message.max.bytes"}}}})
	if err != nil {
		return 0, Failed("read message.max.bytes", err)
	}
	for _, res := range r.Resources {
		for _, e := range res.ConfigEntries {
			if n, err := strconv.Atoi(e.ConfigValue); err == nil && e.ConfigName == "message.max.bytes" {
				return n, nil
			}
		}
	}
	return 0, nil
}

package publish

import (
	"context"
	"errors"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/topics"
)

// Anew opens the topic of a table that is to be read again as a whole. Where the topic is
// the one that the last watermark knows, that is Topic. Where it was deleted, recreated or
// cut it begins anew: it is made where it is missing, and its first records are the markers
// of another incarnation.
func (p *Publisher) Anew(ctx context.Context, name string) (*Topic, error) {
	if p.ledger.known(name) == nil {
		return p.Topic(ctx, name)
	}
	var lost error
	err := persist(ctx, "open topic "+name, func(ctx context.Context) error {
		_, err := p.identify(ctx, name)
		if errors.Is(err, kafka.UnknownTopicOrPartition) || fault.Is(err, fault.TopicGone) || fault.Is(err, fault.Foreign) {
			lost, err = err, nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if lost != nil {
		p.log.Warn("a topic begins anew", "topic", name, "because", lost)
		if err := p.discard(ctx, name); err != nil {
			return nil, err
		}
		p.ledger.forget(name)
	}
	return p.Topic(ctx, name)
}

// discard deletes a topic that was recreated while this source wrote to it: it begins with
// records of ours instead of the markers, and no reader could tell what it is.
func (p *Publisher) discard(ctx context.Context, name string) error {
	return persist(ctx, "delete topic "+name, func(ctx context.Context) error {
		admin := topics.Admin{Client: p.client}
		n, err := admin.Partitions(ctx, name)
		if err != nil || n == 0 {
			return err
		}
		if _, err = admin.Identify(ctx, name, n, nil); !errors.Is(err, topics.ErrUnmarked) {
			return nil // what else is wrong with it, Topic says
		}
		return admin.Delete(ctx, name)
	})
}

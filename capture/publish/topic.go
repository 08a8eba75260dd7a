package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// Topic is an open topic of a publisher.
type Topic struct {
	name        string
	incarnation string
	fresh       bool
	parts       []*partition
}

// Name is the topic's name.
func (t *Topic) Name() string { return t.name }

// New reports whether the topic held nothing but markers when it was opened.
func (t *Topic) New() bool { return t.fresh }

// Incarnation is the random id that the topic got when it was created.
func (t *Topic) Incarnation() string { return t.incarnation }

// Partitions is the topic's partition count.
func (t *Topic) Partitions() int { return len(t.parts) }

// Topic makes sure that the topic exists and is the one that the last watermark knows,
// creating it with its markers where it is new. It waits for the brokers.
func (p *Publisher) Topic(ctx context.Context, name string) (*Topic, error) {
	if t := p.topics[name]; t != nil {
		return t, nil
	}
	var id *topics.Identity
	doing := "open topic " + name
	if err := persist(ctx, doing, func(ctx context.Context) (err error) {
		id, err = p.identify(ctx, name)
		return err
	}); errors.Is(err, kafka.UnknownTopicOrPartition) {
		return nil, fault.New(fault.TopicGone, doing, errors.New("the topic was deleted: the last watermark knows it"), "")
	} else if err != nil {
		return nil, err
	}
	fresh := id.Incarnation == ""
	if fresh {
		id.Incarnation = uuid.NewString()
	}
	t := p.assemble(name, id)
	if err := p.mark(ctx, t, id.Unmarked); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	p.topics[name] = t
	p.log.Info("topic opened", "topic", name, "incarnation", t.incarnation, "partitions", len(t.parts), "new", t.fresh)
	return t, nil
}

// identify creates the topic where nothing knows it yet, and says which one it is.
func (p *Publisher) identify(ctx context.Context, name string) (*topics.Identity, error) {
	admin := topics.Admin{Client: p.client}
	var known *topics.Known
	if o := p.ledger.known(name); o != nil {
		known = &topics.Known{Incarnation: o.Incarnation, Next: o.Next}
		n, err := admin.Partitions(ctx, name)
		if err != nil {
			return nil, err
		}
		if n == 0 { // brokers that start may not show it yet
			return nil, kafka.UnknownTopicOrPartition
		}
		return admin.Identify(ctx, name, n, known)
	}
	n, _, err := admin.Ensure(ctx, topics.ForTable(name, p.cfg.Partitions, p.cfg.Replication, p.cfg.Retention))
	if err != nil {
		return nil, err
	}
	return admin.Identify(ctx, name, n, nil)
}

// assemble starts the topic's partitions.
func (p *Publisher) assemble(name string, id *topics.Identity) *Topic {
	t := &Topic{name: name, incarnation: id.Incarnation, fresh: id.Fresh}
	// The end of now is behind all that any session wrote, so it is true for the last
	// watermark's position as well; that watermark's own offsets might leave out what
	// an older session wrote after it and this one does not send again.
	slots := p.ledger.addTopic(watermark.TopicOffsets{Topic: name, Incarnation: id.Incarnation, Next: slices.Clone(id.Ends)})
	for i := range slots {
		t.parts = append(t.parts, p.partition(name, i, &slots[i], id.Ends[i]))
	}
	return t
}

// mark writes the topic's marker to the partitions that lack it, and waits: a topic must
// not be used before each partition says which incarnation it is of.
func (p *Publisher) mark(ctx context.Context, t *Topic, unmarked []int) error {
	if len(unmarked) == 0 {
		return nil
	}
	value := event.Marker{Kind: event.TopicOpened, Incarnation: t.incarnation, Partitions: len(t.parts)}.Encode()
	var room [event.HeaderSize]byte
	header := event.Header{Op: event.Marking}.Append(room[:0])
	var parts []*partition
	for _, i := range unmarked {
		p.budget.take(t.parts[i].append(nil, value, event.HeaderKey, header))
		parts = append(parts, t.parts[i])
	}
	select {
	case <-p.ledger.await(parts).done:
		return nil
	case <-p.life.Done():
		return p.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

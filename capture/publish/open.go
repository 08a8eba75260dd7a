package publish

import (
	"context"
	"slices"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// Open begins a producer session, which fences an older capture of the same source, and
// loads the source's last watermark; that is nil at the first start. ctx bounds the
// opening, and afterwards every wait inside Append; what is appended is sent on
// until Close.
func Open(ctx context.Context, cfg Config) (*Publisher, *watermark.Watermark, error) {
	cfg = cfg.withDefaults()
	if _, err := newSqueezer(cfg.Codec); err != nil {
		return nil, nil, err
	}
	p := newPublisher(ctx, cfg)
	last, err := p.begin(ctx)
	if err != nil {
		p.end(err)
		p.worker.Wait()
		return nil, nil, err
	}
	return p, last, nil
}

// Prepare makes the watermarks' topic where it is missing. Open does so too; a lease
// needs it before.
func Prepare(ctx context.Context, cfg Config) error {
	cfg = cfg.withDefaults()
	return newPublisher(ctx, cfg).prepare(ctx)
}

func (p *Publisher) prepare(ctx context.Context) error {
	return persist(ctx, "open "+topic.Watermarks, func(ctx context.Context) error {
		if _, _, err := (topics.Admin{Client: p.client}).Ensure(ctx, topics.ForWatermarks(p.cfg.Replication)); err != nil {
			return err
		}
		return signal.Prepare(ctx, p.client, p.cfg.Replication)
	})
}

func newPublisher(ctx context.Context, cfg Config) *Publisher {
	p := &Publisher{
		cfg: cfg, ctx: ctx, fingerprint: cfg.Fingerprint,
		log:    cfg.Logger,
		client: &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: requestTimeout, Transport: cfg.Transport},
		budget: newBudget(cfg.MaxBytes), ledger: newLedger(), topics: map[string]*Topic{},
	}
	p.life, p.end = context.WithCancelCause(context.WithoutCancel(ctx))
	return p
}

func (p *Publisher) begin(ctx context.Context) (last *watermark.Watermark, err error) {
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	if p.session, err = begin(ctx, p.client, p.cfg.Source); err != nil {
		return nil, err
	}
	p.herald = &herald{source: p.cfg.Source, interval: p.cfg.Mark, ledger: p.ledger, observer: p.cfg.Observer,
		marks: p.partition(topic.Watermarks, 0, new(int64), 0), wanted: make(chan struct{}, 1), changed: make(chan struct{})}
	if last, err = p.takeOver(ctx); err != nil {
		return nil, err
	}
	p.herald.confirmed.Store(new(PointOf(last)))
	p.last = PointOf(last)
	if last != nil {
		p.ledger.offsets = slices.Clone(last.Offsets) // rule: carry-forward
	}
	p.start(p.herald.run)
	p.start(func(ctx context.Context) error { return p.session.keep(ctx, p.cfg.Renew) })
	return last, nil
}

// takeOver gives the source's last watermark after making sure that no older session can
// write another one: it writes the last one again, which carries this session's epoch
// into the partition, and looks whether one came in between. Without this an older
// capture could confirm to its source what this one does not know to be published, and
// the offsets carried forward from here would be too low. rule: claim-before-read.
func (p *Publisher) takeOver(ctx context.Context) (*watermark.Watermark, error) {
	h := history{client: p.client, source: p.cfg.Source}
	last, end, err := h.load(ctx)
	if err != nil {
		return nil, err
	}
	claim := last
	if claim == nil {
		claim = (Point{}).watermark(p.cfg.Source, "")
	}
	if err := p.claim(ctx, claim); err != nil {
		return nil, err
	}
	between, err := h.between(ctx, end, p.herald.marks.end-1)
	if err != nil {
		return nil, err
	}
	if between != nil {
		last = between
		if err := p.claim(ctx, last); err != nil {
			return nil, err
		}
	}
	if last != nil && last.Position.IsZero() && len(last.Offsets) == 0 {
		return nil, nil // a claim of a session that published nothing
	}
	return last, nil
}

// claim writes a watermark during Open.
func (p *Publisher) claim(ctx context.Context, w *watermark.Watermark) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(p.life, func() { cancel(context.Cause(p.life)) })
	defer stop()
	if err := p.herald.write(ctx, w); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

// partition opens a partition whose next record goes at or behind end, and starts its sender.
func (p *Publisher) partition(name string, id int, slot *int64, end int64) *partition {
	part := &partition{topic: name, id: id, slot: slot, end: end, limit: p.cfg.BatchBytes - 4,
		pool: &p.pool, wake: make(chan struct{}, 1)}
	if name != topic.Watermarks {
		part.budget = p.budget
	}
	squeeze, _ := newSqueezer(p.cfg.Codec) // Open has tried it
	s := &sender{partition: part, client: p.client, session: p.session, squeeze: squeeze,
		ledger: p.ledger, observer: p.cfg.Observer, log: p.log}
	p.start(s.run)
	return part
}

// Package lease keeps a second capture of a source waiting until the first one is gone.
// It is a courtesy: what keeps two captures from harming each other is the producer
// epoch, but without a lease a standby would fence the capture that works.
package lease

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// Config says where the lease is kept.
type Config struct {
	Source  string
	Brokers []string
	Dialer  *kafka.Dialer // default: plain TCP
	// Session is how long a capture that is killed or stopped keeps the lease; default 6 s,
	// the least that brokers allow by default (group.min.session.timeout.ms).
	Session time.Duration
	Logger  *slog.Logger
}

// Lease is the membership in a consumer group whose one partition goes to one member.
type Lease struct {
	cfg   Config
	group *kafka.ConsumerGroup
	held  atomic.Int32

	mu   sync.Mutex
	got  chan struct{} // closed while this capture has the lease
	lost chan struct{} // closed while it has not

	end    context.CancelFunc
	worker sync.WaitGroup
}

// Join begins to ask for the lease of the source. The watermarks' topic must exist.
func Join(cfg Config) (*Lease, error) {
	if cfg.Session <= 0 {
		cfg.Session = 6 * time.Second
	}
	l := &Lease{cfg: cfg, got: make(chan struct{}), lost: make(chan struct{})}
	close(l.lost)
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: "tidemark-capture-" + cfg.Source, Brokers: cfg.Brokers, Dialer: cfg.Dialer, Topics: []string{topic.Watermarks},
		GroupBalancers:    []kafka.GroupBalancer{keeper{&l.held}},
		HeartbeatInterval: min(cfg.Session/5, 2*time.Second), SessionTimeout: cfg.Session, RebalanceTimeout: cfg.Session,
		JoinGroupBackoff: 500 * time.Millisecond,
	})
	if err != nil {
		return nil, fault.New(fault.Config, "join the lease of source "+cfg.Source, err, "")
	}
	l.group = group
	ctx, cancel := context.WithCancel(context.Background())
	l.end = cancel
	l.worker.Go(func() { l.follow(ctx) })
	return l, nil
}

// Wait returns once this capture has the lease.
func (l *Lease) Wait(ctx context.Context) error {
	l.mu.Lock()
	got := l.got
	l.mu.Unlock()
	select {
	case <-got:
		return nil
	case <-time.After(time.Second):
		l.cfg.Logger.Info("another capture holds the lease, standing by")
	case <-ctx.Done():
	}
	select {
	case <-got:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Busy, "wait for the lease of source "+l.cfg.Source, context.Cause(ctx), "")
	}
}

// Lost is closed when the lease that this capture has goes to another one.
func (l *Lease) Lost() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// Close leaves the group, so that a standby has the lease at once.
func (l *Lease) Close() {
	l.end()
	_ = l.group.Close() // never fails
	l.worker.Wait()
}

// follow goes from generation to generation. The end of one means nothing yet: a standby
// that joins ends it too. Only the next one says whether the lease stays.
func (l *Lease) follow(ctx context.Context) {
	for ctx.Err() == nil {
		gen, err := l.group.Next(ctx)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, kafka.RebalanceInProgress) {
				l.cfg.Logger.Debug("lease", "err", err)
			}
			continue
		}
		l.note(len(gen.Assignments[topic.Watermarks]) > 0, gen.ID)
		ended := make(chan struct{})
		gen.Start(func(ctx context.Context) {
			<-ctx.Done()
			close(ended)
		})
		select {
		case <-ended:
		case <-ctx.Done():
		}
	}
}

func (l *Lease) note(have bool, generation int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	had := l.held.Load() != 0
	switch {
	case have && !had:
		l.held.Store(generation)
		l.lost = make(chan struct{})
		close(l.got)
	case !have && had:
		l.held.Store(0)
		l.got = make(chan struct{})
		close(l.lost)
		l.cfg.Logger.Warn(fmt.Sprintf("the lease of source %s went to another capture", l.cfg.Source))
	}
}

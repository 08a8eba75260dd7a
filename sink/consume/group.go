package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Assignment is one topic-partition under one generation of the group. Commits for it
// must carry exactly this generation and member.
type Assignment struct {
	Topic      string
	Partition  int
	Generation int
	Member     string
}

// Group shares the partitions of topics with the other members of a consumer group.
type Group struct {
	ID      string
	Brokers []string
	Topics  []string
	Dialer  *kafka.Dialer
	// Client lists the topics that exist.
	Client *kafka.Client
	// Session is how long the coordinator waits for a silent member before it gives the
	// partitions away; Heartbeat how often it is told; Rebalance how long all members
	// have to come back.
	Session, Heartbeat, Rebalance time.Duration
	// Backoff is the wait after a failed join, Watch how often topics are looked for.
	Backoff, Watch time.Duration
	// Joined and Failed, when set, are told of each generation and each failed join.
	Joined func(generation, partitions int)
	Failed func(error)
	Log    *slog.Logger
}

// Run works on every partition that the group assigns, one call of work for each, until
// ctx ends or a call of work fails. work must return soon after its ctx ends; a call
// that returns before ends its generation, and the group joins again.
//
// Topics that do not exist yet are waited for, while those that do are worked on.
// Nothing that the broker does ends Run: a coordinator may restart.
func (g *Group) Run(ctx context.Context, work func(context.Context, Assignment) error) error {
	g.defaults()
	w := watch{client: g.Client, topics: g.Topics, every: g.Watch, log: g.Log}
	for {
		present, err := w.some(ctx)
		if err != nil {
			return nil // only ctx ends it
		}
		if err := g.session(ctx, &w, present, work); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

func (g *Group) defaults() {
	for d, v := range map[*time.Duration]time.Duration{
		&g.Session: 10 * time.Second, &g.Heartbeat: time.Second, &g.Rebalance: 30 * time.Second,
		&g.Backoff: time.Second, &g.Watch: 2 * time.Second,
	} {
		if *d == 0 {
			*d = v
		}
	}
	if g.Log == nil {
		g.Log = slog.New(slog.DiscardHandler)
	}
}

// session is one membership: it ends with ctx, with a failure of work, and, to join
// again, when another set of topics exists.
func (g *Group) session(ctx context.Context, w *watch, topics []string, work func(context.Context, Assignment) error) error {
	members, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: g.ID, Brokers: g.Brokers, Topics: topics, Dialer: g.Dialer,
		SessionTimeout: g.Session, HeartbeatInterval: g.Heartbeat, RebalanceTimeout: g.Rebalance,
		JoinGroupBackoff: g.Backoff,
		GroupBalancers:   []kafka.GroupBalancer{kafka.RoundRobinGroupBalancer{}},
	})
	if err != nil {
		return fmt.Errorf("consumer group %s: %w", g.ID, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { // Close waits for the workers and leaves the group
		<-ctx.Done()
		_ = members.Close()
	})
	wait.Go(func() {
		if w.changed(ctx, topics) {
			cancel(errTopics)
		}
	})
	g.generations(ctx, members, func(gctx context.Context, a Assignment) {
		if err := work(gctx, a); err != nil {
			cancel(&workError{err})
		}
	})
	cancel(nil)
	wait.Wait()
	var failed *workError
	if errors.As(context.Cause(ctx), &failed) {
		return failed.err
	}
	return nil
}

var errTopics = errors.New("other topics exist now")

// workError tells a failure of work from the end of the outer context.
type workError struct{ err error }

func (e *workError) Error() string { return e.err.Error() }

// generations starts work for every partition of every generation until ctx ends.
func (g *Group) generations(ctx context.Context, members *kafka.ConsumerGroup, work func(context.Context, Assignment)) {
	for {
		gen, err := members.Next(ctx)
		if ctx.Err() != nil || errors.Is(err, kafka.ErrGroupClosed) {
			return
		}
		if err != nil { // a coordinator that restarts, a rebalance: kafka-go joins again
			g.Log.Warn("join the consumer group", "group", g.ID, "error", err)
			if g.Failed != nil {
				g.Failed(err)
			}
			continue
		}
		g.start(gen, work)
	}
}

func (g *Group) start(gen *kafka.Generation, work func(context.Context, Assignment)) {
	var all []Assignment
	for topic, parts := range gen.Assignments {
		for _, p := range parts {
			all = append(all, Assignment{Topic: topic, Partition: p.ID, Generation: int(gen.ID), Member: gen.MemberID})
		}
	}
	slices.SortFunc(all, func(a, b Assignment) int {
		return slices.Compare([]string{a.Topic, fmt.Sprintf("%06d", a.Partition)}, []string{b.Topic, fmt.Sprintf("%06d", b.Partition)})
	})
	g.Log.Info("joined the consumer group", "group", g.ID, "generation", gen.ID, "partitions", len(all))
	if g.Joined != nil {
		g.Joined(int(gen.ID), len(all))
	}
	for _, a := range all {
		gen.Start(func(ctx context.Context) {
			// kafka-go's generation context has no cancellation of children by itself.
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			work(ctx, a)
		})
	}
}

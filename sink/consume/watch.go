package consume

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// watch looks which of the topics exist. It never asks for one by a request that would
// make the broker create it: capture creates topics, with the partitions it wants.
type watch struct {
	client *kafka.Client
	topics []string
	every  time.Duration
	log    *slog.Logger
	missed string // the missing topics that were logged last
}

// some waits until at least one topic exists.
func (w *watch) some(ctx context.Context) ([]string, error) {
	for {
		present, err := w.present(ctx)
		if err != nil {
			w.log.Warn("list topics", "error", err)
		} else {
			w.report(present)
		}
		if len(present) > 0 {
			return present, nil
		}
		if sleep(ctx, w.every); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
}

// changed waits until other topics exist than those in use, or ctx ends. Only more
// topics count: one that is missing for a moment, while a broker restarts, must not end
// the work on the others.
func (w *watch) changed(ctx context.Context, use []string) bool {
	for {
		if sleep(ctx, w.every); ctx.Err() != nil {
			return false
		}
		present, err := w.present(ctx)
		if err != nil {
			continue
		}
		for _, t := range present {
			if !slices.Contains(use, t) {
				w.log.Info("a topic appeared", "topic", t)
				return true
			}
		}
	}
}

func (w *watch) present(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	res, err := w.client.Metadata(ctx, &kafka.MetadataRequest{Topics: w.topics})
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	var present []string
	for _, t := range res.Topics {
		if t.Error == nil && len(t.Partitions) > 0 {
			present = append(present, t.Name)
		}
	}
	return present, nil
}

// report logs the missing topics when they are others than before.
func (w *watch) report(present []string) {
	var missing []string
	for _, t := range w.topics {
		if !slices.Contains(present, t) {
			missing = append(missing, t)
		}
	}
	if now := fmt.Sprint(missing); len(missing) > 0 && now != w.missed {
		w.log.Info("waiting for topics that capture has not created yet", "topics", missing)
		w.missed = now
	}
}

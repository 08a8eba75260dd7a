// Package chaos lets faults drawn from a seed strike the whole pipeline while the shop
// writes, and then holds what came out to every validator.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Options of a run.
type Options struct {
	Dir   string    // for the stack; a fresh one inside it
	Bin   string    // programs; they are copied, so that a build does not change them meanwhile
	Parts string    // downloaded servers; "": those of the repository
	Keep  bool      // leave logs and data
	Log   io.Writer // progress, a line each
}

// Trial is what happens to a scene.
type Trial struct {
	Seed   uint64        // of the shop
	Length time.Duration // of the time in which faults strike
	Rate   float64       // changes per second, at most
	Plan   []Blow
}

const (
	toStart = 10 * time.Minute // for the stack
	toCatch = 10 * time.Minute // for the pipeline, when nothing strikes any more
)

// Run tries a plan on a scene of its own. The report comes with every error after the start.
func Run(ctx context.Context, o Options, t Trial) (*Report, error) {
	s, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Try(ctx, t)
}

// Try lets the shop write and the faults of a plan strike, and holds what came of it to
// every promise. A scene may be tried again.
func (s *Scene) Try(ctx context.Context, t Trial) (*Report, error) {
	report := &Report{Seed: t.Seed, Minutes: t.Length.Minutes(), Rate: t.Rate}
	if err := s.flows(ctx); err != nil {
		return report, err
	}
	w, err := s.openWitness(ctx)
	if err != nil {
		return report, err
	}
	defer w.close(context.WithoutCancel(ctx))
	shop, err := s.openShop(ctx, t)
	if err != nil {
		return report, err
	}
	if err = shop.writes(ctx); err == nil { // else the first faults find nothing in flight
		report.Struck = s.strike(ctx, t, shop)
	}
	if err = errors.Join(err, shop.end(report)); err == nil {
		err = s.judge(ctx, w, report)
	}
	report.settle(s.tide)
	return report, err
}

// flows waits until every source has a tidemark: a snapshot is not what is tried.
func (s *Scene) flows(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, toStart)
	defer cancel()
	for s.tide.lag() == 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the first tidemark: %w", ctx.Err())
		case <-time.After(glance):
		}
	}
	return nil
}

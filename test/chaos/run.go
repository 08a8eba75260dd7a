// Package chaos lets faults drawn from a seed strike the whole pipeline while the shop
// writes, and then holds what came out to every validator.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tidemark-cdc/tidemark/test/fault"
)

// Options of a run.
type Options struct {
	Seed   uint64
	Length time.Duration // of the time in which faults strike
	Rate   float64       // changes per second
	Faults []fault.Fault // drawn from
	Dir    string        // for the stack; a fresh one inside it
	Bin    string        // programs; they are copied, so that a build does not change them meanwhile
	Parts  string        // downloaded servers
	Keep   bool          // leave logs and data
	Log    io.Writer     // progress, a line each
}

const (
	toStart = 3 * time.Minute // for the stack
	toCatch = 4 * time.Minute // for the pipeline, when nothing strikes any more
)

// Run strikes the plan of o.Seed. The report comes with every error after the start.
func Run(ctx context.Context, o Options) (*Report, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.close()
	report := &Report{Seed: o.Seed, Minutes: o.Length.Minutes(), Rate: o.Rate}
	shop, err := s.openShop(ctx, o)
	if err != nil {
		return report, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go s.tide.run(watching)
	if err := s.flows(ctx); err != nil {
		return report, errors.Join(err, shop.end(ctx, report))
	}
	report.Struck = s.strike(ctx, o, shop)
	err = shop.end(ctx, report)
	if err == nil {
		err = s.judge(ctx, report)
	}
	report.settle(s.tide)
	return report, err
}

// flows waits until the first tidemark of every source: a snapshot is not what is tried.
func (s *scene) flows(ctx context.Context) error {
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

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/drive"
	"github.com/tidemark-cdc/tidemark/compose/shop/simulate"
	"github.com/tidemark-cdc/tidemark/compose/shop/store"
)

type runCommand struct {
	Rate          float64       `default:"100" help:"Changes per second over both databases; 0: as fast as they take them."`
	Seed          uint64        `default:"1" help:"The same seed on the same databases makes the same changes."`
	For           time.Duration `default:"0" help:"Stop after this long; 0: run until interrupted."`
	Changes       int64         `default:"0" help:"Stop after about this many changes; 0: no limit."`
	OrdersPerHour int           `default:"2" help:"Mean orders per hour of the shop's own time. Fewer: its time passes faster, so returns and refunds come sooner."`
	Users         int           `default:"500" help:"Users that an empty shop starts with."`
	Products      int           `default:"200" help:"Products that an empty shop starts with."`
	Start         time.Time     `default:"2026-01-01T00:00:00Z" help:"The shop's time at its first opening; later runs go on where the newest order is."`
}

// Run behaves as a shop until it is stopped.
func (r *runCommand) Run(c *cli) error {
	ctx := context.Background()
	stop, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if r.For > 0 {
		stop, cancel = context.WithTimeout(stop, r.For)
		defer cancel()
	}
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	var count drive.Count
	driver := &drive.Driver{Store: s, Writers: c.Writers, Batch: c.Batch, Count: &count}
	shop, err := r.open(ctx, driver, s)
	if err != nil {
		return err
	}
	began, done := time.Now(), make(chan struct{})
	go progress(&count, done)
	err = driver.Run(ctx, stop, &drive.Rate{PerSecond: r.Rate}, r.limit(shop.Next))
	close(done)
	if err != nil {
		return err
	}
	summary := count.Summary(time.Since(began))
	summary.Clock, summary.Seed = shop.Now(), r.Seed
	return c.print(summary)
}

// open fills an empty shop, then opens it.
func (r *runCommand) open(ctx context.Context, driver *drive.Driver, s *store.Store) (*simulate.Shop, error) {
	stock, err := s.Stock(ctx)
	if err != nil {
		return nil, err
	}
	start := r.Start
	if !stock.Latest.IsZero() {
		start = stock.Latest
	}
	if len(stock.Users) == 0 || len(stock.Products) == 0 {
		users, products, steps := simulate.Opening(r.Seed, start, r.Users, r.Products)
		if err := driver.Run(ctx, ctx, &drive.Rate{}, each(steps)); err != nil {
			return nil, fmt.Errorf("fill the shop: %w", err)
		}
		stock.Users, stock.Products = append(stock.Users, users...), append(stock.Products, products...)
	}
	return simulate.New(simulate.Config{Seed: r.Seed, Start: start, OrdersPerHour: max(1, r.OrdersPerHour), Placed: uint64(stock.Orders),
		Users: stock.Users, Products: stock.Products}), nil
}

// limit ends the steps when enough changes were handed out.
func (r *runCommand) limit(next func() (change.Step, bool)) func() (change.Step, bool) {
	var given int64
	return func() (change.Step, bool) {
		if r.Changes > 0 && given >= r.Changes {
			return change.Step{}, false
		}
		step, ok := next()
		given += int64(len(step.Changes))
		return step, ok
	}
}

func each(steps []change.Step) func() (change.Step, bool) {
	return func() (change.Step, bool) {
		if len(steps) == 0 {
			return change.Step{}, false
		}
		step := steps[0]
		steps = steps[1:]
		return step, true
	}
}

package main

import (
	"context"
	"errors"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/lock"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/past"
	"github.com/tidemark-cdc/tidemark/aggregate/verify"
	"github.com/tidemark-cdc/tidemark/aggregate/view"
	"github.com/tidemark-cdc/tidemark/clickhouse"
)

type applyCommand struct {
	Prune   bool `help:"Remove models from the server that have no file. Without it they stay: they may be another folder's."`
	Stopped bool `help:"No sink is running, and none will until this ends: do not wait for what a sink that died has still to send again."`
}

// Run makes what is missing. A model that fails does not keep the others from being made.
func (a *applyCommand) Run(ctx context.Context, c *cli) error {
	server, all, err := c.start()
	if err != nil {
		return err
	}
	ctx, release, err := lock.Take(ctx, server)
	if err != nil {
		return err
	}
	defer release()
	if err := clickhouse.Apply(ctx, server.Exec); err != nil {
		return err
	}
	applier := &apply.Applier{Server: server, Progress: bars(c.JSON), Stopped: a.Stopped}
	failed := []error{verify.Sweep(ctx, server)}
	for _, m := range all {
		out, err := applier.Apply(ctx, m)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		c.outcome(out)
	}
	if a.Prune {
		failed = append(failed, c.removeDropped(ctx, applier, all))
	}
	return errors.Join(append(failed, c.makeViews(ctx, server), c.makePast(ctx, server))...)
}

func (c *cli) makePast(ctx context.Context, server past.Server) error {
	names, err := past.Apply(ctx, server)
	for _, name := range names {
		c.outcome(apply.Outcome{Model: past.Database + "." + name, Action: apply.Viewed})
	}
	return err
}

func (c *cli) removeDropped(ctx context.Context, applier *apply.Applier, all []*model.Model) error {
	gone, err := applier.Dropped(ctx, all)
	if err != nil {
		return err
	}
	for _, name := range gone {
		out, err := applier.Remove(ctx, name)
		if err != nil {
			return err
		}
		c.outcome(out)
	}
	return nil
}

// makeViews comes last: views read what the models made.
func (c *cli) makeViews(ctx context.Context, server view.Server) error {
	all, err := c.loadViews()
	if err != nil {
		return err
	}
	var failed []error
	for _, v := range all {
		missing, err := v.Apply(ctx, server)
		out := apply.Outcome{Model: v.Name, Action: apply.Viewed}
		if len(missing) > 0 {
			out.Action, out.Detail = apply.Skipped, "no "+strings.Join(missing, ", ")
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		c.outcome(out)
	}
	return errors.Join(failed...)
}

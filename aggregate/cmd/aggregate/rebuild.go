package main

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/lock"
	"github.com/tidemark-cdc/tidemark/aggregate/verify"
)

type rebuildCommand struct {
	Model string `arg:"" help:"The model's name."`
	Where string `help:"Only groups that meet this condition on the grain, such as \"day BETWEEN '2026-01-01' AND '2026-01-31'\": they are set to what the current rows say."`
}

// Run sums up raw anew beside what is shown, or puts single groups right where they are.
func (r *rebuildCommand) Run(ctx context.Context, c *cli) error {
	server, all, err := c.start()
	if err != nil {
		return err
	}
	picked, err := pick(all, []string{r.Model})
	if err != nil {
		return err
	}
	ctx, release, err := lock.Take(ctx, server)
	if err != nil {
		return err
	}
	defer release()
	applier := &apply.Applier{Server: server, Progress: bars(c.JSON)}
	if r.Where == "" {
		out, err := applier.Rebuild(ctx, picked[0])
		if err != nil {
			return err
		}
		c.outcome(out)
		return nil
	}
	off, err := verify.Set(ctx, server, applier.Held, picked[0], r.Where)
	if err != nil {
		return fmt.Errorf("model %s: %w", r.Model, err)
	}
	c.outcome(apply.Outcome{Model: r.Model, Action: apply.Rebuilt, Detail: off + " groups were off"})
	return nil
}

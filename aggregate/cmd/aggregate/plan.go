package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
)

type planCommand struct {
	Prune bool `help:"What apply --prune would do."`
}

// Run fails with a code of its own when apply would change something, so that a script can ask.
func (p *planCommand) Run(ctx context.Context, c *cli) error {
	server, all, err := c.start()
	if err != nil {
		return err
	}
	applier := &apply.Applier{Server: server}
	changes := 0
	var failed []error
	tell := func(out apply.Outcome, err error) {
		if err != nil {
			failed = append(failed, err)
			return
		}
		if !slices.Contains([]apply.Action{apply.Kept, apply.Skipped, apply.Extra}, out.Action) {
			changes++
		}
		c.outcome(out)
	}
	for _, m := range all {
		tell(applier.Plan(ctx, m))
	}
	gone, err := applier.Dropped(ctx, all)
	if err != nil {
		failed = append(failed, err)
	}
	for _, name := range gone {
		out := apply.Outcome{Model: name, Action: apply.Extra, Detail: "it has no file here; apply --prune removes it"}
		if p.Prune {
			out.Action, out.Detail = apply.Removed, "it has no file any more"
		}
		tell(out, nil)
	}
	if len(failed) == 0 && changes > 0 {
		return fmt.Errorf("%w: aggregate apply would change %d models", errDiffers, changes)
	}
	return errors.Join(failed...)
}

func (c *cli) outcome(out apply.Outcome) {
	c.show(out, fmt.Sprintf("%-14s %-8s %s", out.Model, out.Action, out.Detail))
}

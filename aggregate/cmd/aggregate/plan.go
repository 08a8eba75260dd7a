package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
)

type planCommand struct{}

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
		if out.Action != apply.Kept && out.Action != apply.Skipped {
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
		tell(apply.Outcome{Model: name, Action: apply.Removed, Detail: "it has no file any more"}, nil)
	}
	if len(failed) == 0 && changes > 0 {
		return fmt.Errorf("%w: aggregate apply would change %d models", errDiffers, changes)
	}
	return errors.Join(failed...)
}

func (c *cli) outcome(out apply.Outcome) {
	c.show(out, fmt.Sprintf("%-14s %-8s %s", out.Model, out.Action, out.Detail))
}

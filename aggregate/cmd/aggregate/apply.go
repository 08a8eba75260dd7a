package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/view"
	"github.com/tidemark-cdc/tidemark/clickhouse"
)

type applyCommand struct {
	Offline bool `help:"No sink is writing, and none will until this ends: fill new models from the rows that are there, and rebuild changed ones."`
}

// Run makes what is missing. A model that fails does not keep the others from being made.
func (a *applyCommand) Run(c *cli) error {
	ctx := context.Background()
	server, err := c.connect()
	if err != nil {
		return err
	}
	all, err := c.load()
	if err != nil {
		return err
	}
	if err := clickhouse.Apply(ctx, server.Exec); err != nil {
		return err
	}
	applier := &apply.Applier{Server: server, Offline: a.Offline}
	var failed []error
	for _, m := range all {
		out, err := applier.Apply(ctx, m)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		c.show(out, fmt.Sprintf("%-14s %-8s %s", out.Model, out.Action, out.Detail))
	}
	return errors.Join(append(failed, c.makeViews(ctx, server))...)
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
		c.show(out, fmt.Sprintf("%-14s %-8s %s", out.Model, out.Action, out.Detail))
	}
	return errors.Join(failed...)
}

// show prints a result as JSON or as text.
func (c *cli) show(v any, text string) {
	if c.JSON {
		_ = json.NewEncoder(os.Stdout).Encode(v)
		return
	}
	fmt.Println(text)
}

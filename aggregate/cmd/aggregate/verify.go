package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/verify"
)

type verifyCommand struct {
	Model []string `arg:"" optional:"" help:"Names of models; all of them without."`
}

// Run fails when a group differs.
func (v *verifyCommand) Run(ctx context.Context, c *cli) error {
	server, all, err := c.start()
	if err != nil {
		return err
	}
	picked, err := pick(all, v.Model)
	if err != nil {
		return err
	}
	applier := &apply.Applier{Server: server}
	picked, err = c.usable(ctx, applier, picked)
	if err != nil {
		return err
	}
	wrong := 0
	failed := []error{verify.Sweep(ctx, server)}
	for _, m := range picked {
		r, err := verify.Model(ctx, server, applier.Held, m)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if r.Differing > 0 {
			wrong++
		}
		c.show(r, said(m, r))
	}
	if wrong > 0 {
		failed = append(failed, fmt.Errorf("%w: %d of %d models are not what the current rows add up to", errDiffers, wrong, len(picked)))
	}
	return errors.Join(failed...)
}

// usable leaves out models whose source is not used here.
func (c *cli) usable(ctx context.Context, applier *apply.Applier, all []*model.Model) (out []*model.Model, err error) {
	for _, m := range all {
		planned, err := applier.Plan(ctx, m)
		if err != nil {
			return nil, err
		}
		if planned.Action == apply.Skipped {
			continue
		}
		out = append(out, m)
	}
	return out, nil
}

// said is a result as text, with the first groups that differ.
func said(m *model.Model, r verify.Result) string {
	if r.Differing == 0 {
		return fmt.Sprintf("%-14s right: %d groups in %.1f s", r.Model, r.Compared, r.Seconds)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %d of %d groups differ; by %s, too much by %s, %s:", r.Model, r.Differing, r.Compared,
		strings.Join(m.Grain, ", "), strings.Join(m.Measures, ", "), model.Count)
	for _, d := range r.First {
		fmt.Fprintf(&b, "\n    %s", d)
	}
	return b.String()
}

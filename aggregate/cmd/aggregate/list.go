package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

type listCommand struct{}

type listed struct {
	Name     string   `json:"name"`
	About    string   `json:"about"`
	Sources  []string `json:"sources"`
	Grain    []string `json:"grain"`
	Measures []string `json:"measures"`
	apply.Status
}

// Run lists models. Without a server it lists the files alone.
func (l *listCommand) Run(ctx context.Context, c *cli) error {
	all, err := c.load()
	if err != nil {
		return err
	}
	var applier *apply.Applier
	if c.URL != "" || c.Config != "" {
		server, err := c.connect()
		if err != nil {
			return err
		}
		applier = &apply.Applier{Server: server}
	}
	for _, m := range all {
		out := listed{Name: m.Name, About: m.About, Sources: m.Sources, Grain: m.Grain, Measures: m.Measures}
		if applier != nil {
			if out.Status, err = applier.Status(ctx, m); err != nil {
				return err
			}
		}
		c.show(out, out.text(m))
	}
	return nil
}

func (l *listed) text(m *model.Model) string {
	state := "not made"
	if l.Made {
		state = fmt.Sprintf("%d rows, %d bytes, applied up to %s, last verified %s", l.Rows, l.Bytes, cmp.Or(l.Applied, "never"), cmp.Or(l.Verified, "never"))
		if l.Differing > 0 {
			state += fmt.Sprintf(" when %d groups differed", l.Differing)
		}
	}
	return fmt.Sprintf("%-14s %s\n               by %s: %s\n               from raw.%s; %s", m.Name, m.About,
		strings.Join(m.Grain, ", "), strings.Join(m.Measures, ", "), strings.Join(m.Sources, ", raw."), state)
}

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

type listCommand struct{}

type listed struct {
	Name     string   `json:"name"`
	About    string   `json:"about"`
	Sources  []string `json:"sources"`
	Grain    []string `json:"grain"`
	Measures []string `json:"measures"`
	// Rows and Bytes are those of the state table; Made is false where there is none.
	Made  bool   `json:"made"`
	Rows  string `json:"rows"`
	Bytes string `json:"bytes"`
}

// Run lists models. Without a server it lists the files alone.
func (l *listCommand) Run(c *cli) error {
	all, err := c.load()
	if err != nil {
		return err
	}
	kept := map[string][]string{}
	if c.URL != "" || c.Config != "" {
		server, err := c.connect()
		if err != nil {
			return err
		}
		rows, err := server.Rows(context.Background(), "SELECT concat(database, '.', name), ifNull(total_rows, 0), formatReadableSize(ifNull(total_bytes, 0)) FROM system.tables WHERE database = 'sales_state'")
		if err != nil {
			return err
		}
		for _, r := range rows {
			kept[r[0]] = r[1:]
		}
	}
	for _, m := range all {
		out := listed{Name: m.Name, About: m.About, Sources: m.Sources, Grain: m.Grain, Measures: m.Measures}
		state := "not made"
		if r := kept[target.State(m.Name)]; r != nil {
			out.Made, out.Rows, out.Bytes = true, r[0], r[1]
			state = r[0] + " rows, " + r[1]
		}
		c.show(out, fmt.Sprintf("%-12s %s\n             by %s: %s\n             from raw.%s; %s", m.Name, m.About,
			strings.Join(m.Grain, ", "), strings.Join(m.Measures, ", "), strings.Join(m.Sources, ", raw."), state))
	}
	return nil
}

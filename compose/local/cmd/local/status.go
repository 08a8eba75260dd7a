package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

type statusCommand struct {
	JSON bool `help:"As JSON."`
}

func (r *statusCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	parts, err := st.Status(ctx)
	if err != nil {
		return err
	}
	if r.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"parts": parts})
	}
	t := table.NewWriter()
	t.SetOutputMirror(os.Stdout)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"part", "state", "pid", "address", "for", "restarts", "memory"})
	for _, p := range parts {
		t.AppendRow(table.Row{p.Name, p.State, p.PID, p.Address, time.Since(p.Since).Round(time.Second), p.Restarts, fmt.Sprintf("%d MB", p.RSS>>20)})
	}
	t.Render()
	return nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/tidemark-cdc/tidemark/compose/local/control"
	"github.com/tidemark-cdc/tidemark/compose/local/pipeline"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

type statusCommand struct {
	JSON bool `help:"As JSON."`
}

// report is what `local status --json` prints.
type report struct {
	Up        bool             `json:"up"`
	Contracts string           `json:"contracts"`
	Parts     []stack.Status   `json:"parts"`
	Pipeline  *pipeline.Report `json:"pipeline"` // null while the sink's tables are not there
}

func (r *statusCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	rep, err := look(ctx, st)
	if err != nil {
		return err
	}
	if r.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(rep)
	}
	print(os.Stdout, rep)
	return nil
}

func look(ctx context.Context, st *stack.Stack) (rep report, err error) {
	rep.Contracts = st.Site.Contracts
	rep.Parts, err = st.Status(ctx)
	if errors.Is(err, control.ErrDown) {
		rep.Parts = []stack.Status{}
		return rep, nil
	}
	if err != nil {
		return rep, err
	}
	rep.Up = true
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if p, err := pipeline.Ask(ctx, st.Site); err == nil {
		rep.Pipeline = &p
	}
	return rep, nil
}

func print(out io.Writer, rep report) {
	if !rep.Up {
		fmt.Fprintln(out, "The stack is down.")
		return
	}
	t := newTable(out, "part", "state", "pid", "address", "for", "restarts", "memory")
	for _, p := range rep.Parts {
		t.AppendRow(table.Row{p.Name, p.State, p.PID, p.Address, time.Since(p.Since).Round(time.Second), p.Restarts, fmt.Sprintf("%d MB", p.RSS>>20)})
	}
	t.Render()
	for _, p := range rep.Parts {
		if p.Message != "" {
			first, _, _ := strings.Cut(p.Message, "\n")
			fmt.Fprintf(out, "%s: %s\n", p.Name, first)
		}
	}
	if rep.Pipeline == nil {
		return
	}
	t = newTable(out, "source", "tidemark", "lag", "behind", "dead letters")
	for _, s := range rep.Pipeline.Sources {
		t.AppendRow(table.Row{s.Source, s.Position, fmt.Sprintf("%.1f s", s.Lag), s.Behind, s.DeadLetters})
	}
	t.AppendFooter(table.Row{"all", "", "", "", rep.Pipeline.DeadLetters})
	t.Render()
}

func newTable(out io.Writer, header ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(out)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row(header))
	return t
}

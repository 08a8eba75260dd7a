package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/control"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/compose/status"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

type statusCommand struct {
	JSON  bool          `help:"As JSON, one object a look."`
	Watch bool          `help:"Look again and again until interrupted."`
	Every time.Duration `default:"2s" help:"Time between two looks (default: ${default})."`
}

// report is what `local status --json` prints.
type report struct {
	Up        bool           `json:"up"`
	Contracts string         `json:"contracts"`
	Parts     []stack.Status `json:"parts"`
	Pipeline  *status.Report `json:"pipeline"` // null while the stack is down
}

func (r *statusCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	w := status.NewWatcher(where(st.Site))
	defer func() { _ = w.Close(context.WithoutCancel(ctx)) }() // nothing is left to be done with it
	for first := true; ; first = false {
		rep, err := look(ctx, st, w)
		if err == nil && first && rep.Up { // a rate takes two looks
			wait(ctx, time.Second)
			rep, err = look(ctx, st, w)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.show(rep); err != nil || !r.Watch {
			return err
		}
		wait(ctx, r.Every)
	}
}

// show prints a look, over the one before when a person watches.
func (r *statusCommand) show(rep report) error {
	if r.JSON {
		e := json.NewEncoder(os.Stdout)
		if !r.Watch {
			e.SetIndent("", "  ")
		}
		return e.Encode(rep)
	}
	var screen bytes.Buffer
	if r.Watch {
		screen.WriteString("\x1b[H\x1b[2J")
	}
	print(&screen, rep)
	_, err := os.Stdout.Write(screen.Bytes())
	return err
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// where says whom of the stack to ask. Contracts that cannot be read leave the tables out.
func where(s *site.Site) status.Where {
	all, _ := contract.Load(os.DirFS(s.Contracts))
	return status.Where{
		Addresses: compare.Addresses{
			Postgres: s.PostgresURL("tidemark", s.Secrets.Postgres, "shop"), Mongo: s.MongoURL(),
			ClickHouse: "http://" + s.Ports.Addr(site.ClickHouseHTTP), ClickHouseUser: "tidemark", ClickHousePassword: s.Secrets.ClickHouse,
		},
		Brokers:   []string{s.Ports.Addr(site.Kafka)},
		Captures:  []string{"http://" + s.Ports.Addr(site.Capture), "http://" + s.Ports.Addr(site.Standby)},
		Contracts: all,
	}
}

func look(ctx context.Context, st *stack.Stack, w *status.Watcher) (rep report, err error) {
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
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	p := w.Look(ctx)
	rep.Pipeline = &p
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
	status.Print(out, *rep.Pipeline)
}

func newTable(out io.Writer, header ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(out)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row(header))
	return t
}

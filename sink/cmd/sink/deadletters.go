package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/tidemark-cdc/tidemark/sink/deadletter"
)

type deadlettersCmd struct {
	List deadlettersList `cmd:"" help:"List the unresolved ones, oldest first."`
	Show deadlettersShow `cmd:"" help:"Show one with its original bytes."`
}

type deadlettersList struct {
	Topic  string `help:"Only of this topic."`
	Reason string `help:"Only with this reason, such as mismatch, range, missing, toast, malformed or header."`
	All    bool   `help:"Resolved ones too."`
	Limit  int    `default:"100" help:"At most so many; 0: all (default: ${default})."`
	JSON   bool   `help:"One JSON object per line, with the original bytes."`
}

// Run lists dead letters.
func (c deadlettersList) Run(ctx context.Context, a *app) error {
	all, err := a.deadLetters(ctx, deadletter.Filter{Topic: c.Topic, Reason: c.Reason, Resolved: c.All, Limit: c.Limit})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(a.out, all)
	}
	t := table.NewWriter()
	t.SetOutputMirror(a.out)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"id", "time", "op", "reason", "error", "key"})
	for i := range all {
		l := &all[i]
		t.AppendRow(table.Row{l.ID(), l.Time.Format("2006-01-02 15:04:05"), opText(l), l.Reason, brief(l.Err, 70), brief(printable(l.Key), 40)})
	}
	t.AppendFooter(table.Row{fmt.Sprintf("%d dead letters", len(all))})
	t.Render()
	return nil
}

type deadlettersShow struct {
	ID   string `arg:"" help:"topic/partition/offset, as the list prints it."`
	JSON bool   `help:"As a JSON object."`
}

// Run shows one dead letter.
func (c deadlettersShow) Run(ctx context.Context, a *app) error {
	if _, _, _, err := deadletter.ParseID(c.ID); err != nil {
		return &coded{exitUsage, "", err}
	}
	all, err := a.deadLetters(ctx, deadletter.Filter{ID: c.ID})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("there is no dead letter %s", c.ID)
	}
	if c.JSON {
		return printJSON(a.out, all)
	}
	for i := range all {
		l := &all[i]
		for _, line := range [][2]string{{"id", l.ID()}, {"incarnation", l.Incarnation}, {"source", l.Source}, {"table", l.Table},
			{"position", l.Version.String()}, {"op", opText(l)}, {"time", l.Time.Format("2006-01-02 15:04:05.000")}, {"reason", l.Reason},
			{"error", l.Err}, {"resolved", fmt.Sprint(l.Resolved)}, {"key", printable(l.Key)}, {"value", printable(l.Value)}} {
			_, _ = fmt.Fprintf(a.out, "%-12s %s\n", line[0], line[1])
		}
	}
	return nil
}

func (a *app) deadLetters(ctx context.Context, f deadletter.Filter) ([]deadletter.Kept, error) {
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return deadletter.List(ctx, conn, f)
}

func opText(l *deadletter.Kept) string {
	if l.Op == 0 {
		return ""
	}
	return l.Op.String()
}

// printed is a letter as JSON; the bytes are text where they are text.
type printed struct {
	ID          string `json:"id"`
	Source      string `json:"source"`
	Incarnation string `json:"incarnation"`
	Table       string `json:"table"`
	Position    string `json:"position"`
	Op          string `json:"op"`
	Time        string `json:"time"`
	Reason      string `json:"reason"`
	Error       string `json:"error"`
	Resolved    bool   `json:"resolved"`
	Resolution  string `json:"resolution,omitempty"`
	Key         string `json:"key"`
	Value       string `json:"value"`
}

func printJSON(w io.Writer, all []deadletter.Kept) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range all {
		l := &all[i]
		err := enc.Encode(printed{ID: l.ID(), Source: l.Source, Incarnation: l.Incarnation, Table: l.Table, Position: l.Version.String(),
			Op: opText(l), Time: l.Time.Format("2006-01-02T15:04:05.000Z"), Reason: l.Reason, Error: l.Err, Resolved: l.Resolved,
			Resolution: l.Resolution, Key: printable(l.Key), Value: printable(l.Value)})
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	return nil
}

func printable(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return fmt.Sprintf("%q", b)
}

// brief keeps a cell in its column.
func brief(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

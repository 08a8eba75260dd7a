package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/tidemark-cdc/tidemark/sink/deadletter"
)

type deadlettersCmd struct {
	List   deadlettersList   `cmd:"" help:"List the unresolved ones, oldest first, and how many there are by table and reason."`
	Show   deadlettersShow   `cmd:"" help:"Show one with its original bytes."`
	Retry  deadlettersRetry  `cmd:"" help:"Send them again, after the cause was mended."`
	GiveUp deadlettersGiveUp `cmd:"" help:"Resolve what will never be applied; why is kept."`
}

type deadlettersList struct {
	Topic  string `help:"Only of this topic."`
	Table  string `help:"Only of this table, such as orders or raw.orders."`
	Reason string `help:"Only with this reason, such as mismatch, range, missing, toast, malformed or header."`
	All    bool   `help:"Resolved ones too."`
	Limit  int    `default:"100" help:"At most so many; 0: all (default: ${default})."`
	JSON   bool   `help:"One JSON object per line, with the original bytes."`
}

// Run lists dead letters.
func (c deadlettersList) Run(ctx context.Context, a *app) error {
	all, err := a.deadLetters(ctx, deadletter.Filter{Topic: c.Topic, Table: c.Table, Reason: c.Reason, Resolved: c.All})
	if err != nil {
		return err
	}
	whole := all
	if c.Limit > 0 && len(all) > c.Limit {
		all = all[:c.Limit]
	}
	if c.JSON {
		return printJSON(a.out, all)
	}
	t := newTable(a.out, table.Row{"id", "time", "op", "reason", "state", "attempt", "error", "key"})
	for i := range all {
		l := &all[i]
		t.AppendRow(table.Row{l.ID(), l.Time.Format("2006-01-02 15:04:05"), opText(l), l.Reason, l.State, l.Again.Attempt, brief(l.Err, 70), brief(printable(l.Key), 40)})
	}
	t.AppendFooter(table.Row{fmt.Sprintf("%d of %d dead letters", len(all), len(whole))})
	t.Render()
	printGroups(a.out, whole)
	return nil
}

// printGroups counts letters by table, reason and state.
func printGroups(w io.Writer, all []deadletter.Kept) {
	type group struct {
		table, reason string
		state         deadletter.State
	}
	counts := map[group]int{}
	for i := range all {
		counts[group{all[i].Table, all[i].Reason, all[i].State}]++
	}
	groups := slices.SortedFunc(maps.Keys(counts), func(x, y group) int {
		return cmp.Or(cmp.Compare(x.table, y.table), cmp.Compare(x.reason, y.reason), cmp.Compare(x.state, y.state))
	})
	t := newTable(w, table.Row{"table", "reason", "state", "letters"})
	for _, g := range groups {
		t.AppendRow(table.Row{g.table, g.reason, g.state, counts[g]})
	}
	t.Render()
}

func newTable(w io.Writer, head table.Row) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(head)
	return t
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
			{"error", l.Err}, {"state", string(l.State)}, {"resolution", l.Resolution}, {"attempt", fmt.Sprint(l.Again.Attempt)},
			{"origin", fmt.Sprint(l.Origin)}, {"sent again", sentText(l.Sent)}, {"contract", fmt.Sprintf("%08x", l.Schema)}, {"key", printable(l.Key)}, {"value", printable(l.Value)}} {
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

func sentText(offset int64) string {
	if offset < 0 {
		return ""
	}
	return fmt.Sprint(offset)
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
	State       string `json:"state"`
	Attempt     int    `json:"attempt"`
	Origin      int64  `json:"origin"`
	Sent        int64  `json:"sent_offset"`
	Contract    string `json:"contract"`
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
			State: string(l.State), Attempt: l.Again.Attempt, Origin: l.Origin, Sent: l.Sent, Contract: fmt.Sprintf("%08x", l.Schema),
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

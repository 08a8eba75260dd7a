package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"golang.org/x/term"

	"github.com/tidemark-cdc/tidemark/sink/replay"
)

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// lookedAt is a partition as --dry-run prints it.
type lookedAt struct {
	Partition   int    `json:"partition"`
	Incarnation string `json:"incarnation"`
	First       int64  `json:"first"`
	End         int64  `json:"end"`
	Applied     int64  `json:"applied"`
	From        int64  `json:"from"`
	To          int64  `json:"to"`
	Records     int64  `json:"records"`
	Rows        int64  `json:"rows"`
	Offsets     int64  `json:"offsets"`
	Earlier     int64  `json:"rows_of_earlier_incarnations"`
	Cut         bool   `json:"cut"`
}

// look prints what would be read, and what raw holds of it.
func (c replayCmd) look(ctx context.Context, a *app, r *replay.Run, which replay.Range) error {
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	parts, err := replay.Look(ctx, r.Kafka, conn, r.Contract, a.Kafka.Group, which)
	if err != nil {
		return err
	}
	var all []lookedAt
	cut := false
	for _, p := range parts {
		all = append(all, lookedAt{Partition: p.Partition, Incarnation: p.Incarnation, First: p.First, End: p.End, Applied: p.Applied,
			From: p.Begin, To: p.To, Records: p.To - p.Begin, Rows: p.Rows, Offsets: p.Offsets, Earlier: p.Others, Cut: p.First > 0})
		cut = cut || p.First > 0
	}
	if c.JSON {
		return writeJSON(a.out, all)
	}
	t := newTable(a.out, table.Row{"partition", "topic holds", "applied to", "would be read", "records", "rows in raw", "from offsets", "earlier incarnations"})
	for _, p := range all {
		t.AppendRow(table.Row{p.Partition, fmt.Sprintf("%d-%d", p.First, p.End-1), p.Applied, fmt.Sprintf("%d-%d", p.From, p.To-1), p.Records, p.Rows, p.Offsets, p.Earlier})
	}
	t.Render()
	_, _ = fmt.Fprintln(a.out, "Not every record makes a row: markers, tombstones and records that came twice make none. --missing --dry-run compares row by row.")
	if cut {
		_, _ = fmt.Fprintln(a.out, "Retention has taken the beginning of the topic. What it still holds can be compared and filled in (--missing); to rebuild or copy the table, begin at a snapshot (--base snapshot): the current state and the aggregates come out whole, raw's history begins there.")
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// outcome is what a replay did, as --json prints it.
type outcome struct {
	ID       string           `json:"id"`
	Kind     replay.Kind      `json:"kind"`
	Base     replay.Base      `json:"base"`
	Resumed  bool             `json:"resumed"`
	Findings []replay.Finding `json:"findings,omitempty"`
	Tables   []string         `json:"tables,omitempty"`
	Kept     []string         `json:"kept,omitempty"`
}

// work does what was asked for and prints what came of it.
func (c replayCmd) work(ctx context.Context, a *app, r *replay.Run) error {
	o := outcome{ID: r.ID(), Base: r.Plan().Base, Resumed: r.Resumed, Kept: r.Plan().Kept}
	for _, p := range r.Plan().Pairs {
		o.Tables = append(o.Tables, p.Database+"."+p.Name)
	}
	a.log.Info("replay", "id", o.ID, "topic", c.Topic, "base", o.Base, "resumed", o.Resumed)
	var err error
	switch {
	case c.Missing:
		o.Kind, o.Tables = replay.Missing, nil
		o.Findings, err = r.Missing(ctx, c.DryRun)
	case c.Rebuild:
		o.Kind, err = replay.Rebuild, r.Rebuild(ctx)
	default:
		o.Kind, err = replay.Into, r.Into(ctx)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = writeJSON(a.out, o)
	} else {
		c.tell(a.out, o)
	}
	return errorsOr(err, c.verdict(o))
}

func errorsOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (c replayCmd) tell(w io.Writer, o outcome) {
	switch o.Kind {
	case replay.Missing:
		t := newTable(w, table.Row{"partition", "rows missing", "filled in", "rows that differ"})
		for _, f := range o.Findings {
			fill := fmt.Sprint(f.Fill)
			if c.DryRun {
				fill += " would be"
			}
			t.AppendRow(table.Row{f.Partition, f.Missing, fill, f.Foreign})
		}
		t.Render()
	case replay.Rebuild:
		_, _ = fmt.Fprintf(w, "rebuilt from %s (replay %s): %v\n", o.Base, o.ID, o.Tables)
	case replay.Into:
		_, _ = fmt.Fprintf(w, "copied to %s (from %s): %v\n", c.Into, o.Base, o.Tables)
	}
	for _, k := range o.Kept {
		_, _ = fmt.Fprintf(w, "%s stays as it is: other tables feed it too\n", k)
	}
}

// verdict is an error when rows are left that differ.
func (c replayCmd) verdict(o outcome) error {
	var foreign, left int64
	for _, f := range o.Findings {
		foreign += f.Foreign
		left += f.Missing - f.Fill
	}
	if foreign+left > 0 {
		return fmt.Errorf("%w: %d; %d missing rows of their keys were not filled in", errDiffer, foreign, left)
	}
	return nil
}

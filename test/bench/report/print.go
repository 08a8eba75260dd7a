package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Print writes the report for people. markdown makes it fit for docs/benchmarks.md.
func (r *Report) Print(w io.Writer, markdown bool) {
	fmt.Fprintf(w, "\n%s\n`%s`\n", r.Machine, r.Command)
	for _, b := range r.Backlogs {
		fmt.Fprintf(w, "Backlog %s: %d changes in %d transactions, %.0f MB of WAL, made in %.1f s", b.Name, b.Changes, b.Transactions, float64(b.WAL)/1e6, b.Seconds)
		if b.ValueBytes > 0 {
			fmt.Fprintf(w, ", %.0f B per record's value", b.ValueBytes)
		}
		fmt.Fprintln(w)
	}
	for _, stage := range []string{Capture, Sink} {
		if rows := r.of(stage); len(rows) > 0 {
			fmt.Fprintln(w)
			render(drains(stage, rows), w, markdown)
		}
	}
	if len(r.Delays) > 0 {
		fmt.Fprintln(w)
		render(delays(r.Delays), w, markdown)
		fmt.Fprintln(w)
		render(cores(r.Delays), w, markdown)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "Note:", n)
	}
}

func (r *Report) of(stage string) (rows []Drain) {
	for _, d := range r.Drains {
		if d.Stage == stage {
			rows = append(rows, d)
		}
	}
	return rows
}

func render(t table.Writer, w io.Writer, markdown bool) {
	if markdown {
		fmt.Fprintln(w, t.RenderMarkdown())
		return
	}
	fmt.Fprintln(w, t.Render())
}

func drains(stage string, rows []Drain) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	a, server := AimsOf(stage), "walsender"
	if stage == Sink {
		server = "ClickHouse"
	}
	t.AppendHeader(table.Row{"case", "program", "rows", "rows/s", "of ceiling", "of fastest", "CPU s/1M", server + " CPU s/1M", "broker CPU s/1M", "peak MB", "rows/insert", "others' CPU", "aims"})
	for _, d := range rows {
		t.AppendRow(table.Row{d.Case, d.name(), d.Rows, fmt.Sprintf("%.0f", d.Rate), ratio(d.Ratio), ratio(d.Best), fmt.Sprintf("%.2f", d.CPU),
			fmt.Sprintf("%.2f", d.Server), dash(d.Broker), dash(d.PeakMB), dash(d.BatchRows), fmt.Sprintf("%.0f%%", 100*d.Others), d.verdict()})
	}
	t.AppendFooter(table.Row{stage, "aims", "", "", fmt.Sprintf(">= %.2f", a.Ratio), "", fmt.Sprintf("<= %.0f", a.CPU), "", "", fmt.Sprintf("<= %.0f", a.PeakMB), "", "", ""})
	t.SuppressEmptyColumns()
	t.Style().Format.Footer, t.Style().Format.Header = text.FormatDefault, text.FormatDefault
	right(t, 3, 12)
	return t
}

func (d *Drain) name() string {
	if d.Ceiling {
		return d.Program + " (ceiling)"
	}
	return d.Program
}

func (d *Drain) verdict() string {
	switch missed := d.Missed(); {
	case !d.Own():
		return ""
	case len(missed) > 0:
		return "MISSED: " + strings.Join(missed, ", ")
	}
	return "met"
}

func delays(rows []Delay) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"commit to", "case", "changes/s", "changes", "lost", "p50 ms", "p90 ms", "p99 ms", "max ms", "CPU busy"})
	for _, d := range rows {
		t.AppendRow(table.Row{d.To, d.Case, fmt.Sprintf("%.0f", d.Rate), d.Changes, d.Lost,
			fmt.Sprintf("%.1f", d.P50), fmt.Sprintf("%.1f", d.P90), fmt.Sprintf("%.1f", d.P99), fmt.Sprintf("%.1f", d.Max), fmt.Sprintf("%.0f%%", 100*d.Busy)})
	}
	t.Style().Format.Header = text.FormatDefault
	right(t, 3, 10)
	return t
}

// cores says what the steady load costs, once for each case.
func cores(rows []Delay) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	names := slices.Sorted(maps.Keys(rows[0].Cores))
	header := table.Row{"% of a core at", "case"}
	for _, n := range names {
		header = append(header, n)
	}
	t.AppendHeader(header)
	seen := map[string]bool{}
	for _, d := range rows {
		if seen[d.Case] {
			continue
		}
		seen[d.Case] = true
		row := table.Row{fmt.Sprintf("%.0f/s", d.Rate), d.Case}
		for _, n := range names {
			row = append(row, fmt.Sprintf("%.0f", 100*d.Cores[n]))
		}
		t.AppendRow(row)
	}
	t.Style().Format.Header = text.FormatDefault
	right(t, 3, 2+len(names))
	return t
}

func right(t table.Writer, from, to int) {
	var columns []table.ColumnConfig
	for i := from; i <= to; i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignFooter: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
}

func ratio(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.2fx", v)
}

func dash(v float64) string {
	switch {
	case v == 0:
		return ""
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

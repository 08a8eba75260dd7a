package status

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"
)

// Print shows the report as tables.
func Print(out io.Writer, r Report) {
	t := newTable(out, 4, "source", "state", "published", "tidemark", "lag", "held back", "rate", "behind", "dead letters")
	for _, s := range r.Sources {
		t.AppendRow(table.Row{s.Source, or(s.State, "no capture answers"), s.Published, s.Position, seconds(s.Lag), bytes(s.LagBytes),
			fmt.Sprintf("%.0f/s", s.Rate), count(s.Behind), count(s.DeadLetters)})
	}
	t.Render()
	t = newTable(out, 1, "table", "source", "topic", "waiting", "ClickHouse")
	for _, one := range r.Tables {
		t.AppendRow(table.Row{one.Table, count(one.Source), count(one.Topic), count(one.Waiting), count(one.Rows)})
	}
	t.Render()
	fmt.Fprintf(out, "dead letters: %s   reconciled: %s   compacted: %s\n", count(r.DeadLetters), r.Reconciled, r.Compacted)
	for _, s := range r.Sources {
		if s.Error != "" {
			first, _, _ := strings.Cut(s.Error, "\n")
			fmt.Fprintf(out, "%s: %s\n", s.Source, first)
		}
	}
}

// newTable has its columns behind the first ones aligned to the right.
func newTable(out io.Writer, left int, header ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(out)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = prettytext.FormatDefault
	t.AppendHeader(table.Row(header))
	var columns []table.ColumnConfig
	for i := left + 1; i <= len(header); i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: prettytext.AlignRight, AlignHeader: prettytext.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t
}

func or(v, otherwise string) string {
	if v == "" {
		return otherwise
	}
	return v
}

func count(n int64) string {
	if n < 0 {
		return "?"
	}
	return fmt.Sprint(n)
}

func seconds(s float64) string {
	if s < 0 {
		return "?"
	}
	return fmt.Sprintf("%.1f s", s)
}

func bytes(n int64) string {
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if n < 10<<10 {
			return fmt.Sprintf("%d %s", n, unit)
		}
		n >>= 10
	}
	return fmt.Sprintf("%d GiB", n)
}

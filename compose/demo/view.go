package demo

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// view shows sights: on a terminal in one place, elsewhere a line now and then.
type view struct {
	out      io.Writer
	terminal bool
	started  time.Time
	last     sight
	printed  time.Time
	height   int
}

// lineEvery is how often a view that is no terminal prints a line.
const lineEvery = 5 * time.Second

func (v *view) show(s sight) {
	rate := 0.0
	if !v.last.At.IsZero() && s.Applied >= v.last.Applied {
		rate = float64(s.Applied-v.last.Applied) / s.At.Sub(v.last.At).Seconds()
	}
	v.last = s
	if !v.terminal {
		if s.At.Sub(v.printed) >= lineEvery {
			v.printed = s.At
			fmt.Fprintln(v.out, v.line(s, rate))
		}
		return
	}
	if v.height > 0 {
		fmt.Fprintf(v.out, "\x1b[%dA\x1b[J", v.height) // back to where the last sight began
	}
	screen := v.screen(s, rate)
	v.height = strings.Count(screen, "\n")
	fmt.Fprint(v.out, screen)
}

func (v *view) line(s sight, rate float64) string {
	var source, clickhouse int64
	for _, t := range s.Tables {
		source += max(t.Source, 0)
		clickhouse += max(t.ClickHouse, 0)
	}
	out := fmt.Sprintf("%4.0f s  rows source %d | ClickHouse %d  %6.0f raw rows/s", s.At.Sub(v.started).Seconds(), source, clickhouse, rate)
	for _, t := range s.Tides {
		out += fmt.Sprintf("  %s complete to %s (lag %.1f s)", t.Source, t.Complete.Format("15:04:05.0"), t.Lag.Seconds())
	}
	if s.DeadLetters > 0 {
		out += fmt.Sprintf("  dead letters %d", s.DeadLetters)
	}
	return out
}

func (v *view) screen(s sight, rate float64) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"table", "rows source", "rows ClickHouse"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, Align: text.AlignRight}, {Number: 3, Align: text.AlignRight}})
	for _, row := range s.Tables {
		t.AppendRow(table.Row{row.Name, count(row.Source), count(row.ClickHouse)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%3.0f s   %.0f raw rows/s   dead letters %s\n", t.Render(), s.At.Sub(v.started).Seconds(), rate, count(s.DeadLetters))
	for _, tide := range s.Tides {
		fmt.Fprintf(&b, "tidemark %-6s complete to %s   lag %.1f s   %d records to come\n",
			tide.Source, tide.Complete.Format("15:04:05.000"), tide.Lag.Seconds(), tide.Behind)
	}
	return b.String()
}

// count prints a number that may not be known.
func count(n int64) string {
	if n < 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

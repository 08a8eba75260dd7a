package mutants

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Print writes what was caught by what: one line per mutation, one per validator of it.
func Print(w io.Writer, outcomes []Outcome) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"mutation", "scenario", "validators that fail", "cases", "the first", "seconds"})
	for _, o := range outcomes {
		if !o.Caught() {
			t.AppendRow(table.Row{o.Mutation, o.Scenario, "-", "", short(o.Stopped), seconds(o.Took)})
		}
		for i, f := range o.Failures {
			row := table.Row{"", "", f.Validator, f.Count, short(f.Example), ""}
			if i == 0 {
				row[0], row[1], row[5] = o.Mutation, o.Scenario, seconds(o.Took)
			}
			t.AppendRow(row)
		}
		t.AppendSeparator()
	}
	t.Render()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f", d.Seconds()) }

func short(s string) string { return fmt.Sprintf("%.60s", s) }

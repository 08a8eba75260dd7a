package compare

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Print writes the results as a table for a person.
func Print(w io.Writer, results []Result) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"table", "rows source", "rows ClickHouse", "checksum source", "checksum ClickHouse", ""})
	right := []table.ColumnConfig{{Number: 2, Align: text.AlignRight}, {Number: 3, Align: text.AlignRight}}
	t.SetColumnConfigs(right)
	for _, r := range results {
		verdict := "equal"
		if !r.Equal() {
			verdict = fmt.Sprintf("%d DIFFER", r.Differ)
		}
		t.AppendRow(table.Row{r.Table, r.SourceRows, r.ClickHouseRows, r.SourceSum, r.ClickHouseSum, verdict})
	}
	t.Render()
	for _, r := range results {
		if len(r.Examples) > 0 {
			fmt.Fprintf(w, "%s differs at key %s\n", r.Table, strings.Join(r.Examples, "; "))
		}
	}
}

// AllEqual reports whether every table is equal.
func AllEqual(results []Result) bool {
	for _, r := range results {
		if !r.Equal() {
			return false
		}
	}
	return true
}

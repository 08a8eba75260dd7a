package tables

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// Difference is an existing table that is not what its contract wants and that no added
// column can make so.
type Difference struct {
	Table string
	What  []string
}

func (d *Difference) Error() string {
	return fmt.Sprintf("table %s differs from its contract: %s", d.Table, strings.Join(d.What, "; "))
}

// wanted is what a table should be.
type wanted struct {
	name      string
	engine    string
	sorting   []string
	partition string
	columns   []col
}

// changes are the columns that have to be added, and those whose type is widened.
type changes struct{ added, widened []col }

// compare gives what has to be changed in have, or a *Difference.
func (w *wanted) compare(c *contract.Contract, have *existing) (changes, error) {
	var what []string
	if have.engine != w.engine {
		what = append(what, fmt.Sprintf("its engine is %s, not %s", have.engine, w.engine))
	}
	// The server keeps the parentheses around a single column.
	is := strings.TrimSuffix(strings.TrimPrefix(have.sorting, "("), ")")
	if want := strings.Join(w.sorting, ", "); is != want {
		what = append(what, fmt.Sprintf("it is sorted by (%s), not (%s)", is, want))
	}
	if have.partition != w.partition {
		what = append(what, fmt.Sprintf("it is partitioned by %q, not %q", have.partition, w.partition))
	}
	change, more := w.compareColumns(c, have)
	if what = append(what, more...); len(what) > 0 {
		return changes{}, &Difference{Table: w.name, What: what}
	}
	return change, nil
}

func (w *wanted) compareColumns(c *contract.Contract, have *existing) (change changes, what []string) {
	there := map[string]string{}
	for _, h := range have.columns {
		there[h.name] = h.typ
	}
	for _, want := range w.columns {
		typ, ok := there[want.name]
		delete(there, want.name)
		switch {
		case !ok && addable(c, want):
			change.added = append(change.added, want)
		case !ok:
			what = append(what, fmt.Sprintf("column %s %s is missing and has no value for the rows that are there", want.name, want.typ))
		case typ != want.typ && widenable(c, want.name) && column.Widens(typ, want.typ):
			change.widened = append(change.widened, want)
		case typ != want.typ:
			what = append(what, fmt.Sprintf("column %s is %s, not %s", want.name, typ, want.typ))
		}
	}
	for _, h := range have.columns {
		if _, extra := there[h.name]; extra {
			what = append(what, fmt.Sprintf("column %s %s is not in the contract", h.name, h.typ))
		}
	}
	return change, what
}

// addable columns have an honest value for the rows that are already there: NULL, or no
// elements.
func addable(c *contract.Contract, want col) bool {
	i := c.Column(want.name)
	return i >= 0 && (strings.Contains(want.typ, "Nullable(") || strings.HasPrefix(want.typ, "Array("))
}

// widenable columns are no part of the key, whose type the tables are sorted by.
func widenable(c *contract.Contract, name string) bool {
	i := c.Column(name)
	return i >= 0 && !slices.Contains(c.Key, i)
}

// addColumn puts a column where the contract has it.
func addColumn(table string, c *contract.Contract, added col) string {
	after := "FIRST"
	if i := c.Column(added.name); i > 0 {
		after = "AFTER " + clickhouse.Ident(c.Columns[i-1].Name)
	}
	return fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s %s", table, clickhouse.Ident(added.name), added.typ, after)
}

package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// found is what there is of a model.
type found struct {
	mark string // of the state table, "" when there is none
	fed  bool
}

func (a *Applier) find(ctx context.Context, name string) (found, error) {
	rows, err := a.Server.Rows(ctx, fmt.Sprintf(
		"SELECT concat(database, '.', name), comment FROM system.tables WHERE database = 'sales_state' AND name IN ('%[1]s', '%[1]s_mv')", name))
	if err != nil {
		return found{}, fmt.Errorf("look for its tables: %w", err)
	}
	var f found
	for _, r := range rows {
		switch r[0] {
		case target.State(name):
			f.mark = r[1]
		case target.Feed(name):
			f.fed = true
		}
	}
	return f, nil
}

// missing gives the sources that the server does not have: they belong to contracts that are not used here.
func (a *Applier) missing(ctx context.Context, m *model.Model) ([]string, error) {
	rows, err := a.Server.Rows(ctx, "SELECT name FROM system.tables WHERE database = 'raw' AND name IN ('"+strings.Join(m.Sources, "', '")+"')")
	if err != nil {
		return nil, fmt.Errorf("look for its sources: %w", err)
	}
	var out []string
	for _, s := range m.Sources {
		if !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == s }) {
			out = append(out, "raw."+s)
		}
	}
	return out, nil
}

// hasRows reports whether any source holds a row.
func (a *Applier) hasRows(ctx context.Context, m *model.Model) (bool, error) {
	for _, s := range m.Sources {
		rows, err := a.Server.Rows(ctx, "SELECT 1 FROM raw."+s+" LIMIT 1")
		if err != nil {
			return false, fmt.Errorf("look for rows: %w", err)
		}
		if len(rows) > 0 {
			return true, nil
		}
	}
	return false, nil
}

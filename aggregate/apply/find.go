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
	current *table  // what its view shows, with its feed; nil when there is none
	others  []table // other states of it: old ones, and one whose building broke off
}

// table is a state table.
type table struct {
	name, uuid, mark string
	serial           int
	fed              bool // its feed is there
	cut              bool // it has a past
}

// all are the model's states.
func (f found) all() []table {
	if f.current == nil {
		return f.others
	}
	return append([]table{*f.current}, f.others...)
}

// find looks for a model's states and for the one that is shown.
func (a *Applier) find(ctx context.Context, name string) (found, error) {
	all, err := a.states(ctx)
	if err != nil {
		return found{}, err
	}
	rows, err := a.Server.Rows(ctx, "SELECT comment FROM system.tables WHERE database = 'sales' AND name = '"+name+"'")
	if err != nil {
		return found{}, fmt.Errorf("look for its view: %w", err)
	}
	shown := ""
	if len(rows) > 0 {
		shown = target.Shown(rows[0][0])
	}
	var f found
	for _, t := range all[name] {
		if t.name == shown && t.fed {
			f.current = &t
			continue
		}
		f.others = append(f.others, t)
	}
	return f, nil
}

// states lists the state tables of all models, by model.
func (a *Applier) states(ctx context.Context) (map[string][]table, error) {
	rows, err := a.Server.Rows(ctx, "SELECT concat(database, '.', name), toString(uuid), comment FROM system.tables WHERE database = '"+target.Database+"' ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("look for state tables: %w", err)
	}
	all := map[string][]table{}
	for _, r := range rows {
		name, mark, serial, ok := target.Noted(r[0], r[2])
		if !ok {
			continue
		}
		there := func(table string) bool {
			return slices.ContainsFunc(rows, func(o []string) bool { return o[0] == table })
		}
		all[name] = append(all[name], table{name: r[0], uuid: r[1], mark: mark, serial: serial, fed: there(target.Feed(r[0])), cut: there(target.Past(r[0]))})
	}
	return all, nil
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

// Held gives the tables that a model's sums are in, its state first, and the condition on groups u that are kept. It
// fails when the model is not made as its file says.
func (a *Applier) Held(ctx context.Context, m *model.Model) (tables []string, kept string, err error) {
	s, err := a.plan(ctx, m)
	if err != nil {
		return nil, "", err
	}
	if s.Action != Kept {
		return nil, "", fmt.Errorf("%w (%s %s)", ErrNotAsItsFile, s.Action, s.Detail)
	}
	tables = []string{s.found.current.name}
	if s.found.current.cut {
		tables = append(tables, target.Past(s.found.current.name))
	}
	return tables, s.shape.Kept("u"), nil
}

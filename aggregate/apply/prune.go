package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/tidemark-cdc/tidemark/aggregate/boundary"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// Dropped names the models that are on the server and have no file any more.
func (a *Applier) Dropped(ctx context.Context, all []*model.Model) ([]string, error) {
	states, err := a.states(ctx)
	if err != nil {
		return nil, err
	}
	var gone []string
	for name := range states {
		if !slices.ContainsFunc(all, func(m *model.Model) bool { return m.Name == name }) {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	return gone, nil
}

// Remove takes a model away: first what people query, then what feeds it.
func (a *Applier) Remove(ctx context.Context, name string) (Outcome, error) {
	f, err := a.find(ctx, name)
	if err != nil {
		return Outcome{}, err
	}
	for _, view := range []string{target.View(name), target.Lines(name)} {
		if err := a.Server.Exec(ctx, "DROP VIEW IF EXISTS "+view+" SYNC"); err != nil {
			return Outcome{}, fmt.Errorf("remove the view of %s: %w", name, err)
		}
	}
	if err := boundary.DrainReaders(ctx, a.Server); err != nil {
		return Outcome{}, err
	}
	return Outcome{Model: name, Action: Removed, Detail: "it has no file any more"}, a.drop(ctx, f.all())
}

package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/tidemark-cdc/tidemark/aggregate/boundary"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// feed makes a build's tables and its materialized view at a boundary.
type feed struct {
	server Server
	build  *target.Build
}

// Create begins with an empty state: what another boundary let into it is not to be told from what this one lets in.
func (f *feed) Create(ctx context.Context, v boundary.Vector) error {
	if err := f.Remove(ctx); err != nil {
		return err
	}
	f.build.Cut = len(v) > 0
	statements := []string{f.build.CreateState(), f.build.CreateFeed(v.Above())}
	if f.build.Cut {
		statements = slices.Insert(statements, 1, f.build.CreatePast())
	}
	for _, sql := range statements {
		if err := f.server.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make its state and feed: %w", err)
		}
	}
	return nil
}

// Remove takes the build away.
func (f *feed) Remove(ctx context.Context) error {
	return remove(ctx, f.server, f.build.State())
}

// remove takes the feed away, and then, when no insert is left that found it, what it writes to: such an insert would
// fail without its table, and would write what the old boundary let through to a new table of the same name. The state
// goes last: what is left of a removal that breaks off is found by it.
func remove(ctx context.Context, server Server, state string) error {
	if err := server.Exec(ctx, "DROP TABLE IF EXISTS "+target.Feed(state)+" SYNC"); err != nil {
		return fmt.Errorf("remove the feed of %s: %w", state, err)
	}
	if err := boundary.DrainInserts(ctx, server, ""); err != nil {
		return err
	}
	for _, name := range []string{target.Past(state), state} {
		if err := server.Exec(ctx, "DROP TABLE IF EXISTS "+name+" SYNC"); err != nil {
			return fmt.Errorf("remove %s: %w", name, err)
		}
	}
	return nil
}

// drop removes states and their feeds.
func (a *Applier) drop(ctx context.Context, old []table) error {
	for _, t := range old {
		if err := remove(ctx, a.Server, t.name); err != nil {
			return err
		}
	}
	return nil
}

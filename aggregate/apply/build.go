package apply

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// build makes the state table and its feed. The feed comes last: until it is there, a later run starts over.
func (a *Applier) build(ctx context.Context, s *target.Shape, was found) error {
	filled, err := a.hasRows(ctx, s.Model)
	if err != nil {
		return err
	}
	if !a.Offline && (filled || was.fed) {
		return fmt.Errorf("%w: stop the sinks and use --offline; making or changing a model beside running sinks is not there yet", ErrLive)
	}
	if err := a.fill(ctx, s, was); err != nil {
		return err
	}
	if err := a.Server.Exec(ctx, s.CreateFeed()); err != nil {
		return fmt.Errorf("make its feed: %w", err)
	}
	if a.Offline {
		return nil
	}
	return a.stillEmpty(ctx, s)
}

// fill sums up raw in a table beside the one that readers use and puts it in its place in one step.
func (a *Applier) fill(ctx context.Context, s *target.Shape, was found) error {
	fresh := target.State(s.Name) + "_new"
	place := "RENAME TABLE " + fresh + " TO " + target.State(s.Name)
	if was.mark != "" {
		place = "EXCHANGE TABLES " + fresh + " AND " + target.State(s.Name)
	}
	for _, sql := range []string{
		"DROP TABLE IF EXISTS " + target.Feed(s.Name) + " SYNC",
		"DROP TABLE IF EXISTS " + fresh + " SYNC",
		s.CreateState(fresh), s.Backfill(fresh), place,
		"DROP TABLE IF EXISTS " + fresh + " SYNC",
	} {
		if err := a.Server.Exec(ctx, sql); err != nil {
			return fmt.Errorf("fill it: %w", err)
		}
	}
	return nil
}

// stillEmpty takes the feed away again when rows came while it was made: some of them it may not have seen.
func (a *Applier) stillEmpty(ctx context.Context, s *target.Shape) error {
	filled, err := a.hasRows(ctx, s.Model)
	if err != nil || !filled {
		return err
	}
	if err := a.Server.Exec(ctx, "DROP TABLE "+target.Feed(s.Name)+" SYNC"); err != nil {
		return err
	}
	return fmt.Errorf("%w since this began: stop the sinks and use --offline", ErrLive)
}

package main

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/config"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

type setupCmd struct {
	selection
}

// Run mends what can be mended, then says what is left.
func (s *setupCmd) Run(ctx context.Context, a *app) error {
	failed := false
	err := a.each(s.selection, func(src config.Source, k kind) error {
		applied, err := k.setup(ctx)
		for _, f := range applied {
			fmt.Fprintf(a.out, "%s: mended: %s\n", src.Name, f.Title)
		}
		if err != nil {
			return err
		}
		left, err := k.preflight(ctx)
		if err != nil {
			return err
		}
		failed = failed || preflight.Failed(left)
		show(a.out, src.Name, left)
		return nil
	})
	if err == nil && failed {
		err = errPreflight
	}
	return err
}

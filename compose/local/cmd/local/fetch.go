package main

import (
	"context"
	"os"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

type fetchCommand struct {
	Names []string `arg:"" optional:"" help:"Which parts (default: all)."`
}

func (f *fetchCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	names := f.Names
	if len(names) == 0 {
		names = fetch.Names()
	}
	return fetch.Ensure(ctx, st.Site, names, os.Stderr)
}

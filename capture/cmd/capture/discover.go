package main

import (
	"context"
	"errors"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

type discoverCmd struct {
	Source     string `short:"s" required:"" placeholder:"NAME" help:"The configured source."`
	Table      string `xor:"what" required:"" placeholder:"SCHEMA.TABLE" help:"The table of a PostgreSQL source."`
	Collection string `xor:"what" required:"" placeholder:"DB.COLLECTION" help:"The collection of a MongoDB source; its columns are guessed from documents, so read them before use."`
}

// Run prints the contract.
func (d *discoverCmd) Run(ctx context.Context, a *app) error {
	sources, err := a.sources(selection{Source: []string{d.Source}})
	if err != nil {
		return err
	}
	c, err := a.kindOf(sources[0], nil).discover(ctx, d.Table+d.Collection)
	if err != nil {
		return err
	}
	text, err := c.Marshal()
	if err != nil {
		return fault.New(fault.Config, "print the contract of "+c.Name(), errors.Join(err), "")
	}
	_, err = a.out.Write(text)
	return err
}

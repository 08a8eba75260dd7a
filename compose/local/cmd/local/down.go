package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

type downCommand struct{}

func (*downCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	return st.Stop(ctx)
}

type wipeCommand struct{}

// Run removes what the stack made and nothing else: the folder may hold other things (the downloads, by default).
func (*wipeCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	if err := st.Stop(ctx); err != nil {
		return err
	}
	return st.Site.Wipe()
}

type restartCommand struct {
	Part string `arg:"" help:"Name of the part."`
}

func (r *restartCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	return st.Restart(ctx, r.Part)
}

type envCommand struct{}

// Run prints the environment; on a terminal, too, because that is what eval reads.
func (*envCommand) Run(c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	if len(st.Site.Ports.Number) == 0 {
		return errors.New("this stack has no ports yet: run `local up` first")
	}
	for _, v := range st.Site.Env() {
		if absent(v.Value) {
			continue
		}
		fmt.Fprintf(os.Stdout, "export %s='%s'\n", v.Name, v.Value)
	}
	return nil
}

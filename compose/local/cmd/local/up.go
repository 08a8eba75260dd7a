package main

import (
	"context"
	"fmt"
	"os"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

type upCommand struct {
	Contracts string   `help:"Folder of the table contracts, instead of the shop's." type:"existingdir"`
	Only      []string `help:"Only these parts and what they need." placeholder:"PART,..."`
}

func (u *upCommand) Run(ctx context.Context, c *cli) error {
	o := c.options()
	o.Contracts, o.Only, o.OnChange = u.Contracts, u.Only, printer()
	st, err := stack.Start(ctx, o)
	if err != nil && st != nil {
		return fmt.Errorf("%w\nWhat runs stays up and what does not is tried again: see `local status` (make status), stop with `local down` (make down)", err)
	}
	if err == nil && st.WasRunning() {
		fmt.Println("The stack was up already.")
	}
	return err
}

// printer prints a line when a part reaches another state that people want to see.
func printer() func([]stack.Status) {
	last := map[string]string{}
	return func(parts []stack.Status) {
		for _, p := range parts {
			line := ""
			switch p.State {
			case supervise.Ready:
				line = fmt.Sprintf("%-12s ready    %s  %.1f s", p.Name, p.Address, p.Took)
			case supervise.Skipped:
				line = fmt.Sprintf("%-12s skipped  %s", p.Name, p.Message)
			case supervise.Failed:
				line = fmt.Sprintf("%-12s failed   %s", p.Name, p.Message)
			}
			if line != "" && last[p.Name] != line {
				fmt.Fprintln(os.Stdout, line)
			}
			if line != "" {
				last[p.Name] = line
			}
		}
	}
}

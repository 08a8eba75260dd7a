package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/part"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// supersetCommand starts the dashboards beside the stack, or runs one of their tools with its settings.
type supersetCommand struct {
	Tool []string `arg:"" optional:"" passthrough:"" help:"A module of superset/tidemark_bi and its arguments, instead of starting: export superset/bundle."`
}

func (r *supersetCommand) Run(ctx context.Context, c *cli) error {
	if len(r.Tool) > 0 {
		return r.run(ctx, c)
	}
	up := upCommand{Only: []string{"superset"}}
	if err := up.Run(ctx, c); err != nil {
		return err
	}
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	env := st.Env()
	fmt.Printf("\nDashboards: %s/dashboard/list/\n  who looks:  analyst / %s\n  who edits:  admin / %s\n",
		env["TIDEMARK_SUPERSET_URL"], env["TIDEMARK_SUPERSET_ANALYST_PASSWORD"], env["TIDEMARK_SUPERSET_ADMIN_PASSWORD"])
	return nil
}

func (r *supersetCommand) run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	python, err := fetch.SupersetBin(st.Site, "python")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, python, append([]string{"-m", "tidemark_bi." + r.Tool[0]}, r.Tool[1:]...)...)
	cmd.Env = append(append(os.Environ(), st.Site.Environ()...), part.SupersetEnv(st.Site)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

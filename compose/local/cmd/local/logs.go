package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

type logsCommand struct {
	Lines int    `short:"n" default:"20" help:"Lines of each log."`
	Part  string `arg:"" optional:"" help:"Only this part's log."`
}

func (l *logsCommand) Run(c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	pattern := "*.log"
	if l.Part != "" {
		pattern = l.Part + ".log"
	}
	files, _ := filepath.Glob(st.Site.Path("logs", pattern))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		fmt.Printf("== %s\n%s\n", f, process.LastLines(text, l.Lines))
	}
	return nil
}

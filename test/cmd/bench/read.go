package main

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/test/bench/ceiling"
)

// readCommand is this program in the role of the minimal reader.
type readCommand struct {
	URL  string `env:"TIDEMARK_POSTGRES_URL" required:""`
	Slot string `arg:""`
	Rows int64  `arg:""`
}

func (c *readCommand) Run(ctx context.Context) error {
	elapsed, err := ceiling.Read(ctx, c.URL, c.Slot, "tidemark", c.Rows)
	if err == nil {
		fmt.Print(elapsed)
	}
	return err
}

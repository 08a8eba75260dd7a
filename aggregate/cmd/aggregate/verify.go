package main

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/aggregate/verify"
)

type verifyCommand struct{}

type verified struct {
	Model     string              `json:"model"`
	Differing int                 `json:"differing"`
	First     []verify.Difference `json:"first,omitempty"`
}

// Run fails when a group differs.
func (v *verifyCommand) Run(c *cli) error {
	server, err := c.connect()
	if err != nil {
		return err
	}
	all, err := c.load()
	if err != nil {
		return err
	}
	wrong := 0
	for _, m := range all {
		first, n, err := verify.Check(context.Background(), server, m)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%-12s right", m.Name)
		if n > 0 {
			wrong++
			text = fmt.Sprintf("%-12s %d groups differ, first %v", m.Name, n, first)
		}
		c.show(verified{m.Name, n, first}, text)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d models differ from the current rows", wrong, len(all))
	}
	return nil
}

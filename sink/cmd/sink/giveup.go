package main

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/sink/deadletter"
)

type deadlettersGiveUp struct {
	ID  []string `arg:"" help:"Letters by topic/partition/offset, as the list prints them."`
	Why string   `required:"" help:"Kept with the letter."`
}

// Run resolves letters that will never be applied, such as what is no record of ours.
func (c deadlettersGiveUp) Run(ctx context.Context, a *app) error {
	letters, err := deadlettersRetry{ID: c.ID}.chosen(ctx, a)
	if err != nil {
		return err
	}
	conn, err := a.clickHouse(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for i := range letters {
		letters[i].Sent = -1
	}
	if err := deadletter.GiveUp(ctx, conn, letters, c.Why); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.out, "%d dead letters given up\n", len(letters))
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"maps"

	"github.com/tidemark-cdc/tidemark/compose/shop/drive"
)

// progress prints a line each second, over the last one, until done is closed.
func progress(count *drive.Count, done <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var before int64
	for {
		select {
		case <-done:
			fmt.Fprintln(os.Stderr)
			return
		case <-tick.C:
			total := count.Total()
			fmt.Fprintf(os.Stderr, "\r%12d changes %8d/s ", total, total-before)
			before = total
		}
	}
}

// print writes the summary to standard output.
func (c *cli) print(s drive.Summary) error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(s)
	}
	fmt.Printf("%d changes in %.1f s (%.0f/s); the shop's time is %s\n", s.Changes, s.Seconds, s.Rate, s.Clock.UTC().Format(time.RFC3339))
	for _, t := range slices.Sorted(maps.Keys(s.Tables)) {
		ops := s.Tables[t]
		fmt.Printf("%-14s %9d inserts %9d updates %9d deletes\n", t, ops["insert"], ops["update"], ops["delete"])
	}
	return nil
}

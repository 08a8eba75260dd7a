package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
	"github.com/tidemark-cdc/tidemark/compose/status"
)

func TestStatusShowsPartsAndPipeline(t *testing.T) {
	var out bytes.Buffer
	print(&out, report{
		Up: true,
		Parts: []stack.Status{
			{Name: "postgres", State: supervise.Ready, PID: 42, Address: "127.0.0.1:1", Since: time.Now(), RSS: 3 << 20},
			{Name: "sink", State: supervise.Failed, Since: time.Now(), Restarts: 7, Message: "the reason\nand more"},
		},
		Pipeline: &status.Report{
			Sources:     []status.Source{{Source: "pg", State: "running", Position: "1/2/3", Lag: 0.25, LagBytes: 3 << 20, Rate: 17, Behind: 5}},
			Tables:      []status.Table{{Table: "shop.returns", Source: 123, Topic: 456, Waiting: 7, Rows: -1}},
			DeadLetters: 9, Reconciled: "2026-11-27 05:00:00 equal", Compacted: "never",
		},
	})
	for _, want := range []string{"42", "127.0.0.1:1", "3 MB", "sink: the reason\n", "1/2/3", "0.2 s", "3072 KiB", "17/s", "shop.returns", "456", "?", "dead letters: 9", "05:00:00 equal", "compacted: never"} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "and more")
}

func TestStatusOfAStackThatIsDown(t *testing.T) {
	var out bytes.Buffer
	print(&out, report{})
	require.Equal(t, "The stack is down.\n", out.String())
}

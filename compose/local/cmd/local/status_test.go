package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/pipeline"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

func TestStatusShowsPartsAndPipeline(t *testing.T) {
	var out bytes.Buffer
	print(&out, report{
		Up: true,
		Parts: []stack.Status{
			{Name: "postgres", State: supervise.Ready, PID: 42, Address: "127.0.0.1:1", Since: time.Now(), RSS: 3 << 20},
			{Name: "sink", State: supervise.Failed, Since: time.Now(), Restarts: 7, Message: "the reason\nand more"},
		},
		Pipeline: &pipeline.Report{Sources: []pipeline.Reach{{Source: "pg", Position: "1/2/3", Lag: 0.25, Behind: 5}}, DeadLetters: 9},
	})
	for _, want := range []string{"42", "127.0.0.1:1", "3 MB", "sink: the reason\n", "1/2/3", "0.2 s", "9"} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "and more")
}

func TestStatusOfAStackThatIsDown(t *testing.T) {
	var out bytes.Buffer
	print(&out, report{})
	require.Equal(t, "The stack is down.\n", out.String())
}

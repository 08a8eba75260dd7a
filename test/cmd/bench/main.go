// Command bench measures capture, sink and the way through both.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/test/bench"
	"github.com/tidemark-cdc/tidemark/test/bench/host"
	"github.com/tidemark-cdc/tidemark/test/bench/report"
)

const about = `Measures the pipeline on servers of its own and removes them again.

capture: drains a slot into Kafka, beside pg_recvlogical into /dev/null over the same transport.
sink:    drains a topic into ClickHouse, beside ready-made blocks into the same tables.
latency: commit to record in the topic, commit to row in ClickHouse, at a steady rate.

Exit codes: 0 measured (also when an aim was missed), 1 failed, 2 wrong usage.`

type flags struct {
	Run  runCommand  `cmd:"" default:"withargs" help:"Measure (the default)."`
	Read readCommand `cmd:"" hidden:""`
}

type runCommand struct {
	Only     []string        `help:"Stages to measure: ${stages}." placeholder:"STAGE,..." enum:"${stages}" default:"${stages}"`
	Short    bool            `help:"A twentieth of the load, in about a minute: shows that it works, not how fast."`
	Rows     int64           `help:"Rows of backlog A." default:"1000000"`
	Repeat   int             `help:"How often each drain is measured." default:"1"`
	Rate     int             `help:"Changes per second of the latency stage." default:"500"`
	For      time.Duration   `help:"Length of the latency stage." default:"30s"`
	Ages     []time.Duration `help:"Ages of the sink's batches in the latency stage; 0s is the sink's own." default:"0s,200ms"`
	Memory   string          `help:"Memory of the sink's batches while it drains, such as 64MiB (default: the sink's own)."`
	Inserts  int             `help:"Inserts at once while the sink drains (default: the sink's own)."`
	JSON     bool            `help:"Print the report as JSON."`
	Markdown bool            `help:"Print tables for a document."`
	Out      string          `help:"Also write the report as JSON into this file." placeholder:"FILE" type:"path"`
	Bin      string          `help:"Folder of capture and sink (default: bin of the repository)." env:"TIDEMARK_BIN" type:"path"`
	Parts    string          `help:"Folder of the downloaded servers." env:"TIDEMARK_PARTS" type:"path"`
	Dir      string          `help:"Where to make a folder for the data (default: the system's temporary folder)." type:"existingdir"`
	Keep     string          `help:"Copy the programs' logs into this folder." placeholder:"DIR" type:"path"`
}

func (c *runCommand) options() bench.Options {
	o := bench.Options{
		Rows: c.Rows, Transactions: c.Rows * 22 / 100, Repeat: c.Repeat, Stages: c.Only, Rate: c.Rate, For: c.For, Warm: 5 * time.Second, Ages: c.Ages,
		SinkMemory: c.Memory, SinkInserts: c.Inserts,
		Command: "bench " + strings.Join(os.Args[1:], " "), Log: os.Stderr,
		Host: host.Options{Base: c.Dir, Parts: c.Parts, Bin: c.Bin, Keep: c.Keep, Progress: os.Stderr},
	}
	if c.Short {
		o.Rows, o.Transactions, o.For, o.Warm, o.Ages = 50_000, 11_000, 5*time.Second, 2*time.Second, c.Ages[:1]
	}
	return o
}

func (c *runCommand) Run(ctx context.Context) error {
	r, err := bench.Run(ctx, c.options())
	if c.Out != "" {
		err = errors.Join(err, c.store(r))
	}
	if c.JSON {
		return errors.Join(err, r.JSON(os.Stdout))
	}
	r.Print(os.Stdout, c.Markdown)
	return err
}

func (c *runCommand) store(r *report.Report) error {
	f, err := os.Create(c.Out)
	if err != nil {
		return fmt.Errorf("store the report: %w", err)
	}
	return errors.Join(r.JSON(f), f.Close())
}

func main() {
	var f flags
	parser := kong.Must(&f, kong.Name("bench"), kong.Description(about), kong.Vars{"stages": strings.Join(bench.Stages, ",")})
	k, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	k.BindTo(ctx, (*context.Context)(nil))
	err = k.Run()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

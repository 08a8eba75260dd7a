// Sink brings the changes from Kafka to ClickHouse, each exactly once.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/sink/config"
)

const about = `Sink reads the topics that capture writes and keeps ClickHouse's tables: every change once, in the source's commit order. Start as many as you like with one group; they share the partitions.

Examples:
  sink migrate --config sink.yaml
  sink run --config sink.yaml
  sink deadletters list --config sink.yaml
  sink deadletters show pg.public.orders/3/1042 --json
  sink deadletters retry --table orders --reason range
  sink replay pg.public.orders --missing
  sink adopt pg.public.orders 3
  sink adopt pg.public.orders 3 --lost

A configuration file:
  contracts: schemas/shop
  kafka: {brokers: ["127.0.0.1:19092"], group: tidemark-sink}
  clickhouse: {addr: "127.0.0.1:19000", user: tidemark, password: "$${TIDEMARK_CLICKHOUSE_PASSWORD}"}
  batch: {rows: 100000, bytes: 32MiB, age: 500ms}
  http: 127.0.0.1:18181

Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 a table is missing or not what its contract wants; 4 stopped, a person has to act; 5 a server cannot be reached or refuses the login.`

type cli struct {
	config.Settings

	Run         runCmd         `cmd:"" help:"Apply changes until SIGTERM. Connections that break are made again for ever."`
	Migrate     migrateCmd     `cmd:"" help:"Make the databases, the tables of the contracts and their views, where they are missing."`
	Deadletters deadlettersCmd `cmd:"" help:"The records that could not be applied."`
	Replay      replayCmd      `cmd:"" help:"Read a topic once more: compare, fill in what raw lacks, rebuild, or make a second copy."`
	Adopt       adoptCmd       `cmd:"" help:"Show what topic, commit, ops.applied and raw say of a partition; with --at or --lost, set the commit after looking."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// app is what every command gets.
type app struct {
	*config.Settings
	log    *slog.Logger
	out    io.Writer
	errout io.Writer
}

func main() {
	if os.Getenv("GOGC") == "" {
		// Batches live in buffers that are used again and again, so little is garbage: a
		// tight heap costs next to no CPU.
		debug.SetGCPercent(30)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// execute runs the program and gives its exit code.
func execute(ctx context.Context, args []string, out, errout io.Writer) int {
	var c cli
	done := -1
	parser, err := kong.New(&c, kong.Name("sink"), kong.Description(about), kong.Configuration(config.Load),
		kong.Writers(out, errout), kong.Exit(func(code int) { done = code }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}))
	if err != nil {
		panic(err) // the flags' own declaration is wrong
	}
	k, err := parser.Parse(args)
	if done >= 0 { // --help
		return done
	}
	if err == nil {
		err = c.Settings.Check()
	}
	if err != nil {
		_, _ = fmt.Fprintf(errout, "sink: %v\n(sink --help shows the usage)\n", err)
		return exitUsage
	}
	a := &app{Settings: &c.Settings, log: c.Log.Logger(errout), out: out, errout: errout}
	k.BindTo(ctx, (*context.Context)(nil))
	return a.exit(k.Run(a))
}

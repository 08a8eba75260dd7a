// Capture reads the changes of PostgreSQL and MongoDB and publishes them to Kafka.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/capture/config"
)

const about = `Capture reads every committed change of PostgreSQL and MongoDB and publishes it to Kafka: nothing lost, in the source's commit order, with a watermark that says how far it is.

Examples:
  capture discover --source pg --table public.orders > schemas/shop/orders.yaml
  capture preflight --config capture.yaml
  capture setup --config capture.yaml
  capture run --config capture.yaml
  capture resnapshot --config capture.yaml --source pg --yes

A configuration file:
  contracts: schemas/shop
  kafka: {brokers: ["127.0.0.1:19092"], partitions: 4}
  http: 127.0.0.1:18080
  sources:
    pg:    {kind: postgresql, url: "$${TIDEMARK_POSTGRES_URL}", publication: tidemark, slot: tidemark_pg}
    mongo: {kind: mongodb, url: "$${TIDEMARK_MONGO_URL}"}
Without sources in it, pg and mongo are taken from TIDEMARK_POSTGRES_URL and TIDEMARK_MONGO_URL.

Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 preflight found what stops the start; 4 stopped, a person has to act; 5 a server cannot be reached; 6 another capture of the source took over.`

type cli struct {
	config.Settings

	Run        runCmd        `cmd:"" help:"Capture until SIGTERM. Connections that break are made again for ever."`
	Discover   discoverCmd   `cmd:"" help:"Print the contract of one table or collection, as found in the source."`
	Preflight  preflightCmd  `cmd:"" help:"Say what is missing before anything starts, and what mends it."`
	Setup      setupCmd      `cmd:"" help:"Make what preflight misses, as far as SQL or a command can."`
	Resnapshot resnapshotCmd `cmd:"" help:"Ask a capture to read its source, or some of its tables, again."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// app is what every command gets.
type app struct {
	*config.Settings
	file *config.File
	log  *slog.Logger
	out  io.Writer
}

func main() {
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
	file := config.NewFile()
	done := -1
	parser, err := kong.New(&c, kong.Name("capture"), kong.Description(about), kong.Configuration(file.Load),
		kong.Writers(out, errout), kong.Exit(func(code int) { done = code }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}))
	if err != nil {
		panic(err) // the flags' own declaration is wrong
	}
	k, err := parser.Parse(args)
	if done >= 0 { // --help
		return done
	}
	if err != nil {
		fmt.Fprintf(errout, "capture: %v\n(capture --help shows the usage)\n", err)
		return exitUsage
	}
	file.Defaults()
	a := &app{Settings: &c.Settings, file: file, log: c.Log.Logger(errout), out: out}
	k.BindTo(ctx, (*context.Context)(nil))
	return a.exit(k.Run(a))
}

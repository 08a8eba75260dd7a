// Command demo runs the whole pipeline on a stack of its own for a bounded time.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/tidemark-cdc/tidemark/compose/demo"
)

const about = `Starts an empty stack, runs the shop on it, shows what arrives in ClickHouse and compares at the end.

Examples:
  demo                          a minute of the made-up shop
  demo --olist ../olist         the real orders of Olist
  demo --for 10m --rate 500 --keep
  demo --bi                     dashboards beside it; the stack stays up

Exit codes: 0 everything is equal, 1 something differs, 2 wrong usage, 3 a part failed.`

type flags struct {
	Olist     string        `help:"Folder of the Olist data set to replay." env:"OLIST" placeholder:"DIR"`
	For       time.Duration `help:"How long the shop runs." default:"60s" env:"DEMO_FOR"`
	Rate      int           `help:"Changes per second." default:"200" env:"DEMO_RATE"`
	Seed      int64         `help:"Seed of the shop's doings." default:"1" env:"SEED"`
	Keep      bool          `help:"Leave the stack running." env:"KEEP"`
	BI        bool          `name:"bi" help:"Show it in Superset, too; the stack stays up."`
	Bin       string        `help:"Folder of the programs." default:"bin"`
	Dir       string        `help:"Data folder of the demo's stack; it is emptied." default:".local/demo"`
	Contracts string        `help:"Folder of the shop's contracts." default:"schemas/shop"`
}

func main() {
	var f flags
	parser := kong.Must(&f, kong.Name("demo"), kong.Description(about))
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := demo.Run(ctx, demo.Options{
		Bin: f.Bin, Dir: f.Dir, Contracts: f.Contracts, Olist: f.Olist, Rate: f.Rate, For: f.For, Seed: f.Seed, Keep: f.Keep || f.BI, BI: f.BI,
		Terminal: term.IsTerminal(int(os.Stdout.Fd())),
	}, os.Stdout)
	stop()
	os.Exit(exitCode(err))
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "demo:", err)
	if errors.Is(err, demo.ErrDiffers) {
		return 1
	}
	return 3
}

// Command compare says whether every captured table holds the same rows in its source
// and in ClickHouse.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

const about = `Compares every captured table row by row: source against ClickHouse.

It reads both sides as they are now, so stop the writers first or give --wait.

Examples:
  eval "$(make env)"; compare
  compare --contracts my-contracts --wait 30s --json

Exit codes: 0 equal, 1 some table differs, 2 wrong usage, 3 a side could not be read.`

type flags struct {
	Contracts string        `help:"Folder of contracts." default:"schemas/shop" env:"TIDEMARK_CONTRACTS" placeholder:"DIR"`
	Wait      time.Duration `help:"Compare again until equal, for this long." default:"0s"`
	JSON      bool          `help:"Print JSON."`
	compare.Addresses
}

func main() {
	var f flags
	parser := kong.Must(&f, kong.Name("compare"), kong.Description(about))
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	equal, err := run(ctx, f)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(3)
	case !equal:
		os.Exit(1)
	}
}

func run(ctx context.Context, f flags) (equal bool, err error) {
	all, err := contract.Load(os.DirFS(f.Contracts))
	if err != nil {
		return false, err
	}
	sides, err := compare.Open(ctx, f.Addresses)
	if err != nil {
		return false, err
	}
	defer sides.Close(context.WithoutCancel(ctx))
	results, err := compare.Tables(ctx, all, sides, f.Wait)
	if err != nil {
		return false, err
	}
	if f.JSON {
		err = json.NewEncoder(os.Stdout).Encode(results)
	} else {
		compare.Print(os.Stdout, results)
	}
	return compare.AllEqual(results), err
}

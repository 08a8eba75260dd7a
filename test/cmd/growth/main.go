// Command growth shows what a change costs each aggregate with little history and with much.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/growth"
)

type cli struct {
	URL       string `name:"clickhouse-http-url" env:"TIDEMARK_TEST_CLICKHOUSE_HTTP_URL" required:"" help:"A ClickHouse that may be wiped and is empty: local with --only clickhouse -- growth."`
	User      string `name:"clickhouse-user" env:"TIDEMARK_TEST_CLICKHOUSE_USER" help:"Who connects."`
	Password  string `name:"clickhouse-password" env:"TIDEMARK_TEST_CLICKHOUSE_PASSWORD" help:"The user's password."`
	Contracts string `type:"existingdir" default:"schemas/shop" help:"Folder of the contracts."`
	Aggregate string `default:"bin/aggregate" type:"path" help:"The program aggregate."`
	History   []int  `default:"1000000,10000000,50000000" help:"Rows of history of each source at which it is measured."`
	Newest    int    `help:"Changes fall on so many of the newest rows; 0: on any." placeholder:"ROWS"`
	Changes   int    `default:"200000" help:"Changes that are measured per model; what is printed is for a million."`
	JSON      bool   `name:"json" help:"Print results as JSON."`
}

func main() {
	var c cli
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k := kong.Parse(&c, kong.Description("Cost of a million changes of each aggregate, by how much history it has."))
	k.FatalIfErrorf(c.run(ctx))
}

func (c *cli) run(ctx context.Context) error {
	all, err := contract.Load(os.DirFS(c.Contracts))
	if err != nil {
		return err
	}
	costs, err := growth.Run(ctx, growth.Options{ClickHouse: compare.ClickHouse{URL: c.URL, User: c.User, Password: c.Password}, Contracts: all,
		Aggregate: c.Aggregate, History: c.History, Newest: c.Newest, Changes: c.Changes, Log: os.Stderr})
	if c.JSON {
		return errors.Join(err, json.NewEncoder(os.Stdout).Encode(costs))
	}
	print(costs)
	return err
}

// print lists a model's costs side by side.
func print(costs []growth.Cost) {
	t := table.NewWriter()
	t.SetOutputMirror(os.Stdout)
	t.AppendHeader(table.Row{"aggregate", "rows of history", "rows of the state", "insert s/1M", "CPU s/1M", "inserted MB/1M", "merged MB/1M"})
	for _, c := range costs {
		t.AppendRow(table.Row{c.Model, c.History, c.Groups, fmt.Sprintf("%.1f", c.Seconds), fmt.Sprintf("%.1f", c.CPU), fmt.Sprintf("%.1f", c.Written), fmt.Sprintf("%.1f", c.Merged)})
	}
	t.RenderMarkdown()
}

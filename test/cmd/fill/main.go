// Command fill gives a running stack much history, for looking at what its dashboards cost then.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/test/growth"
)

type cli struct {
	URL      string   `name:"clickhouse-http-url" env:"TIDEMARK_TEST_CLICKHOUSE_HTTP_URL" required:"" help:"The stack's ClickHouse, which is empty: local with --only capture,superset -- fill."`
	User     string   `name:"clickhouse-user" env:"TIDEMARK_TEST_CLICKHOUSE_USER" help:"Who connects."`
	Password string   `name:"clickhouse-password" env:"TIDEMARK_TEST_CLICKHOUSE_PASSWORD" help:"The user's password."`
	History  int      `default:"50000000" help:"Rows of history of each source."`
	Models   []string `help:"Only these aggregates." placeholder:"MODEL,..."`
	People   int      `default:"2000000" help:"Users."`
}

func main() {
	var c cli
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k := kong.Parse(&c, kong.Description("Fills the aggregates of an empty stack with the sums of much history."))
	k.FatalIfErrorf(growth.Fill(ctx, growth.FillOptions{
		ClickHouse: compare.ClickHouse{URL: c.URL, User: c.User, Password: c.Password}, History: c.History, People: c.People, Models: c.Models,
		Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format, args...) },
	}))
}

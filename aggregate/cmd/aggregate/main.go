// Program aggregate keeps sums over signed rows right under updates, deletes and late refunds.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type cli struct {
	URL      string `name:"clickhouse-http-url" env:"TIDEMARK_CLICKHOUSE_HTTP_URL" help:"ClickHouse's HTTP address."`
	User     string `name:"clickhouse-user" env:"TIDEMARK_CLICKHOUSE_USER" help:"Who connects; becomes the definer of the views."`
	Password string `name:"clickhouse-password" env:"TIDEMARK_CLICKHOUSE_PASSWORD" help:"The user's password."`
	Cluster  string `name:"clickhouse-cluster" env:"TIDEMARK_CLICKHOUSE_CLUSTER" help:"Name of a cluster in the servers' remote_servers: tables are then replicated and distributed over it."`
	Config   string `type:"existingfile" help:"The sink's YAML file: clickhouse: {http_url, user, password}."`
	Models   string `type:"existingdir" help:"Folder of models; without it those that are built in."`
	Views    string `type:"existingdir" help:"Folder of views over the models; without it those that are built in."`
	JSON     bool   `name:"json" help:"Print results as JSON, one object a line."`

	Plan    planCommand    `cmd:"" help:"Say what apply would change, and change nothing."`
	Apply   applyCommand   `cmd:"" help:"Make the models as their files say, beside sinks that write."`
	Verify  verifyCommand  `cmd:"" help:"Compare models with what the current rows add up to, at one position."`
	Rebuild rebuildCommand `cmd:"" help:"Make a model anew, or set some of its groups to what the current rows say."`
	List    listCommand    `cmd:"" help:"Show the models and what there is of them."`
}

const about = `Aggregates as SQL models.

Exit codes: 0 done; 1 failed; 2 plan: something would change, verify: something differs; 3 another aggregate program is changing them;
4 a model cannot be kept exact and is refused; 80 wrong usage.`

func main() {
	var c cli
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k := kong.Parse(&c, kong.Name("aggregate"), kong.Description(about), kong.ShortUsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	k.FatalIfErrorf(coded(k.Run(&c)))
}

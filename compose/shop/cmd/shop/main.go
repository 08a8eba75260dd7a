// Program shop makes, fills and runs the shop whose databases Tidemark is tried on.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"
	"github.com/tidemark-cdc/tidemark/compose/shop/schema"
	"github.com/tidemark-cdc/tidemark/compose/shop/store"
)

type cli struct {
	Postgres string `name:"postgres-url" env:"TIDEMARK_POSTGRES_URL" required:"" help:"Where transactions, deliveries and returns live."`
	Mongo    string `name:"mongo-url" env:"TIDEMARK_MONGO_URL" required:"" help:"Where users, products and orders live."`
	Writers  int    `default:"4" help:"How many writers work side by side."`
	Batch    int    `default:"100" help:"How many waiting steps a writer sends at once."`
	JSON     bool   `name:"json" help:"Print the summary as JSON."`

	Init initCommand `cmd:"" help:"Make tables, collections and indexes; safe to run again."`
	Run  runCommand  `cmd:"" help:"Behave as a shop does until the time is over."`
	Load loadCommand `cmd:"" help:"Replay the orders of a folder of CSV files in the order in which they happened."`
}

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	var c cli
	k := kong.Parse(&c, kong.Name("shop"), kong.Description("A shop that writes to MongoDB and PostgreSQL."), kong.ShortUsageOnError())
	k.FatalIfErrorf(k.Run(&c))
}

type initCommand struct{}

// Run makes the schema.
func (*initCommand) Run(c *cli) error {
	ctx := context.Background()
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	return nil
}

// open connects and makes sure that the schema is there.
func (c *cli) open(ctx context.Context) (*store.Store, error) {
	s, err := store.Open(ctx, c.Postgres, c.Mongo, c.Writers)
	if err != nil {
		return nil, err
	}
	if err = schema.Postgres(ctx, s.Postgres); err == nil {
		err = schema.Mongo(ctx, s.Mongo)
	}
	if err != nil {
		s.Close(ctx)
		return nil, err
	}
	return s, nil
}

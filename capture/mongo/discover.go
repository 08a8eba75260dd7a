package mongo

import (
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/discover"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// sampled is how many documents Discover looks at.
const sampled = 2000

// Discover guesses a contract for "database.collection" from a sample of its documents. What may not hold for others is
// logged as warnings. cfg needs Name, URL and Logger only.
func Discover(ctx context.Context, cfg Config, name string) (c *contract.Contract, err error) {
	cfg = cfg.withDefaults()
	doing := "discover " + name
	database, collection, ok := strings.Cut(name, ".")
	if !ok || cfg.URL == "" || cfg.Name == "" {
		return nil, fault.New(fault.Config, doing, errors.New("want a source's name and url, and database.collection"), "")
	}
	s := &Source{cfg: cfg, options: connect.Options(cfg.URL)}
	err = s.with(ctx, func(client *mongo.Client, _ connect.Server) error {
		sample, err := take(ctx, client.Database(database).Collection(collection))
		if err != nil {
			return connect.Fault(doing, err)
		}
		var notes []string
		c, notes, err = sample.Contract(cfg.Name, database, collection)
		for _, n := range notes {
			cfg.Logger.Warn(n, "collection", name)
		}
		return err
	})
	return c, err
}

func take(ctx context.Context, c *mongo.Collection) (*discover.Sample, error) {
	cursor, err := c.Aggregate(ctx, mongo.Pipeline{{{Key: "$sample", Value: bson.D{{Key: "size", Value: sampled}}}}})
	if err != nil {
		return nil, err
	}
	defer cursor.Close(ctx)
	sample := discover.New()
	for cursor.Next(ctx) {
		if err := sample.Add(cursor.Current); err != nil {
			return nil, err
		}
	}
	return sample, cursor.Err()
}

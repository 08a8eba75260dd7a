package oplog

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// Collection is what the server says of a collection.
type Collection struct {
	Exists bool
	// Kind is "collection", "view" or "timeseries"; only a collection has change events.
	Kind string
	// Images: pre-images are kept.
	Images bool
}

// Describe asks what the collections are. Errors carry a fault class.
func Describe(ctx context.Context, client *mongo.Client, all []stream.Namespace) (map[stream.Namespace]Collection, error) {
	out := make(map[stream.Namespace]Collection, len(all))
	for _, n := range all {
		c, err := describe(ctx, client, n)
		if err != nil {
			return nil, connect.Fault("list collection "+n.String(), err)
		}
		out[n] = c
	}
	return out, nil
}

func describe(ctx context.Context, client *mongo.Client, n stream.Namespace) (Collection, error) {
	cursor, err := client.Database(n.Database).ListCollections(ctx, bson.D{{Key: "name", Value: n.Collection}})
	if err != nil {
		return Collection{}, err
	}
	var found []struct {
		Type    string `bson:"type"`
		Options struct {
			Images struct {
				Enabled bool `bson:"enabled"`
			} `bson:"changeStreamPreAndPostImages"`
		} `bson:"options"`
	}
	if err := cursor.All(ctx, &found); err != nil || len(found) == 0 {
		return Collection{}, err
	}
	return Collection{Exists: true, Kind: found[0].Type, Images: found[0].Options.Images.Enabled}, nil
}

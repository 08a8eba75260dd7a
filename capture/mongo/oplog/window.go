// Package oplog looks at how far back a server's history reaches.
package oplog

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
)

// Window is the history that is left.
type Window struct{ First, Last clock.Time }

// Span is how long the server can be left alone at the rate of the writes so far.
func (w Window) Span() time.Duration {
	return time.Duration(w.Last.Micros()-w.First.Micros()) * time.Microsecond
}

// namespaceNotFound is the code for a collection that is not there.
const namespaceNotFound = 26

// patience is how long a look may take; it only adds to what is said.
const patience = 3 * time.Second

// Read looks at the oplog. It needs read rights on the database local; mongos has none. Errors carry a fault class.
func Read(ctx context.Context, client *mongo.Client) (w Window, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if w.First, err = edge(ctx, client, 1); err == nil {
		w.Last, err = edge(ctx, client, -1)
	}
	return w, connect.Fault("read the oplog's window", err)
}

func edge(ctx context.Context, client *mongo.Client, natural int) (clock.Time, error) {
	var entry struct {
		TS bson.Timestamp `bson:"ts"`
	}
	order := bson.D{{Key: "$natural", Value: natural}}
	err := client.Database("local").Collection("oplog.rs").FindOne(ctx, bson.D{},
		options.FindOne().SetSort(order).SetProjection(bson.D{{Key: "ts", Value: 1}})).Decode(&entry)
	return clock.Of(entry.TS), err
}

// Full reports whether the oplog has reached its size, so that its begin moves. It is asked before Read: to look at an
// oplog's first entry costs some servers a walk through all of it. Errors carry a fault class.
func Full(ctx context.Context, client *mongo.Client) (bool, error) {
	var stats struct {
		Size    float64 `bson:"size"`
		MaxSize float64 `bson:"maxSize"`
	}
	err := client.Database("local").RunCommand(ctx, bson.D{{Key: "collStats", Value: "oplog.rs"}}).Decode(&stats)
	if connect.Code(err) == namespaceNotFound {
		return false, nil
	}
	return stats.MaxSize > 0 && stats.Size >= 0.9*stats.MaxSize, connect.Fault("read the oplog's size", err)
}

package stream

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
)

// Namespace is a collection.
type Namespace struct{ Database, Collection string }

// String is "database.collection".
func (n Namespace) String() string { return n.Database + "." + n.Collection }

// Request says what to stream and from where.
type Request struct {
	Collections []Namespace
	// After is the resume token to go on after; empty: start at At, or now if that is zero.
	After bson.Raw
	At    clock.Time
	// Lookup asks the server to look the document up with each update: for collections without pre-images.
	Lookup bool
	Server connect.Server
	// Await is how long the server waits for something new before it answers with nothing.
	Await time.Duration
	// Batch is how many events one reply holds at most; replies end at 16 MB anyway.
	Batch int32
}

// watcher is the part of a client or database that opens streams.
type watcher interface {
	Watch(ctx context.Context, pipeline any, opts ...options.Lister[options.ChangeStreamOptions]) (*mongo.ChangeStream, error)
}

// scope is the database if all collections lie in one, else the deployment: one stream is one order, and two would have
// to be merged by clusterTime.
func (r *Request) scope(client *mongo.Client) watcher {
	for _, n := range r.Collections[1:] {
		if n.Database != r.Collections[0].Database {
			return client
		}
	}
	return client.Database(r.Collections[0].Database)
}

func (r *Request) options() *options.ChangeStreamOptionsBuilder {
	o := options.ChangeStream().SetMaxAwaitTime(r.Await).SetBatchSize(r.Batch).
		SetFullDocumentBeforeChange(options.WhenAvailable)
	if r.Lookup {
		o.SetFullDocument(options.UpdateLookup)
	}
	if r.Server.Expands() {
		o.SetShowExpandedEvents(true) // for disambiguatedPaths; the events that it adds are filtered out
	}
	if len(r.After) > 0 {
		return o.SetStartAfter(r.After) // not resumeAfter, which refuses the token of an invalidate
	}
	if r.At > 0 {
		at := r.At.BSON()
		o.SetStartAtOperationTime(&at)
	}
	return o
}

// pipeline filters on the server: other collections' events cost nothing but the server's look at them.
func (r *Request) pipeline() mongo.Pipeline {
	var either bson.A
	var order []string
	byDatabase := map[string]bson.A{}
	for _, n := range r.Collections {
		if byDatabase[n.Database] == nil {
			order = append(order, n.Database)
		}
		byDatabase[n.Database] = append(byDatabase[n.Database], n.Collection)
	}
	data := bson.D{{Key: "$in", Value: bson.A{"insert", "update", "replace", "delete", "drop", "rename"}}}
	for _, db := range order {
		in := bson.D{{Key: "$in", Value: byDatabase[db]}}
		either = append(either,
			bson.D{{Key: "ns.db", Value: db}, {Key: "ns.coll", Value: in}, {Key: "operationType", Value: data}},
			bson.D{{Key: "to.db", Value: db}, {Key: "to.coll", Value: in}, {Key: "operationType", Value: "rename"}})
	}
	either = append(either, bson.D{{Key: "operationType", Value: bson.D{{Key: "$in", Value: bson.A{"dropDatabase", "invalidate"}}}}})
	p := mongo.Pipeline{{{Key: "$match", Value: bson.D{{Key: "$or", Value: either}}}}}
	if r.Server.Splits() {
		p = append(p, bson.D{{Key: "$changeStreamSplitLargeEvent", Value: bson.D{}}})
	}
	return p
}

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

// glance is how long a probe may take. It holds up the stream.
const glance = 5 * time.Second

// Probe asks whether the server's history still reaches back to r.After: a new stream from there is opened and closed. It is
// what every server answers cheaply and for every user that may stream, while the oplog itself may be closed to it. An error
// of class fault.HistoryLost says no; others say nothing.
func Probe(ctx context.Context, client *mongo.Client, r Request) error {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	o := options.ChangeStream().SetBatchSize(1).SetMaxAwaitTime(time.Millisecond).SetStartAfter(r.After)
	// Only tokens: a large event must not fail what asks for none.
	tokens := mongo.Pipeline{{{Key: "$project", Value: bson.D{{Key: "_id", Value: 1}}}}}
	changes, err := r.scope(client).Watch(ctx, tokens, o)
	if err != nil {
		return connect.Fault("look whether the oplog still reaches back", err)
	}
	return connect.Fault("close a change stream", changes.Close(ctx))
}

// First gives the clusterTime and the time of day (microseconds since 1970; 0: the server sends none) of the first event
// behind r.After that r's stream shows. Zero: none came within wait. Errors carry a fault class.
func First(ctx context.Context, client *mongo.Client, r Request, wait time.Duration) (at clock.Time, wall int64, err error) {
	const doing = "look at the first change behind a resume token"
	ctx, cancel := context.WithTimeout(ctx, wait+glance)
	defer cancel()
	o := options.ChangeStream().SetBatchSize(1).SetMaxAwaitTime(wait / 4).SetStartAfter(r.After)
	times := bson.D{{Key: "$project", Value: bson.D{{Key: "clusterTime", Value: 1}, {Key: "wallTime", Value: 1}}}}
	p := append(r.pipeline()[:1:1], times) // without the stage that splits, which must be the last
	if r.Server.Expands() {
		o.SetShowExpandedEvents(true) // as the stream has it: a token belongs to its kind of stream
	}
	changes, err := r.scope(client).Watch(ctx, p, o)
	if err != nil {
		return 0, 0, connect.Fault(doing, err)
	}
	defer changes.Close(context.WithoutCancel(ctx))
	for until := time.Now().Add(wait); ; {
		if changes.TryNext(ctx) {
			var e Event
			err := e.Parse(changes.Current)
			return e.Time, e.Wall, err
		}
		if err := changes.Err(); err != nil || time.Now().After(until) {
			return 0, 0, connect.Fault(doing, err)
		}
	}
}

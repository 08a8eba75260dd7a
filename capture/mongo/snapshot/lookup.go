package snapshot

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// Lookup finds the document with that documentKey as it is now; nil when there is none. until is a clusterTime by which
// what it shows was written. Errors carry a fault class.
func (r *Reader) Lookup(ctx context.Context, n stream.Namespace, key bson.Raw) (doc bson.Raw, until clock.Time, err error) {
	return r.Current(ctx, n, key, 0)
}

// Current is Lookup of a document that shows at least what was written up to a clusterTime.
func (r *Reader) Current(ctx context.Context, n stream.Namespace, key bson.Raw, atLeast clock.Time) (doc bson.Raw, until clock.Time, err error) {
	session, err := r.Client.StartSession()
	if err != nil {
		return nil, 0, connect.Fault("start a session", err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	if atLeast > 0 {
		at := atLeast.BSON()
		if err := session.AdvanceOperationTime(&at); err != nil {
			return nil, 0, connect.Fault("wait for "+atLeast.String(), err)
		}
	}
	c := r.Client.Database(n.Database).Collection(n.Collection, options.Collection().SetReadConcern(readconcern.Majority()))
	doc, err = c.FindOne(mongo.NewSessionContext(ctx, session), key).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		doc, err = nil, nil
	}
	if t := session.OperationTime(); t != nil {
		until = max(clock.Of(*t), atLeast)
	}
	return doc, until, connect.Fault("look up a document of "+n.String(), err)
}

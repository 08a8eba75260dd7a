// Package snapshot reads collections: in the order of _id, in chunks, each no older than a given clusterTime.
package snapshot

import (
	"bytes"
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// Reader reads chunks. It is for one goroutine.
type Reader struct {
	Client *mongo.Client
	// Batch is how many rows one reply holds.
	Batch int32
}

// Chunk is what one read gave.
type Chunk struct {
	Rows int
	// Last is the document {_id: ...} of the last row; nil when there was none.
	Last bson.Raw
	// End is set when the collection has no row behind Last.
	End bool
	// Until is a clusterTime by which all that the rows show was written.
	Until clock.Time
}

// Request says which rows to read.
type Request struct {
	Namespace stream.Namespace
	// After is the document {_id: ...} behind which to go on; nil: from the first row.
	After bson.Raw
	// AtLeast is the clusterTime whose writes the rows must show: they are published above it, and what they lacked would
	// be lost.
	AtLeast clock.Time
	Limit   int
	// For bounds the time spent: the stream waits meanwhile.
	For time.Duration
}

// Read gives each row, in the order of _id, whatever the types of the ids. Errors carry a fault class, unless each's.
func (r *Reader) Read(ctx context.Context, q Request, each func(doc bson.Raw) error) (c Chunk, err error) {
	session, err := r.Client.StartSession()
	if err != nil {
		return c, connect.Fault("start a session", err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	at := q.AtLeast.BSON()
	if err := session.AdvanceOperationTime(&at); err != nil {
		return c, connect.Fault("wait for "+q.AtLeast.String(), err)
	}
	ctx = mongo.NewSessionContext(ctx, session)
	doing := "read a snapshot of " + q.Namespace.String()
	cursor, err := r.find(ctx, q)
	if err != nil {
		return c, connect.Fault(doing, err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	if err = take(ctx, cursor, q, &c, each); err != nil {
		return c, err
	}
	if err = cursor.Err(); err != nil {
		return c, connect.Fault(doing, err)
	}
	if t := session.OperationTime(); t != nil {
		c.Until = max(clock.Of(*t), q.AtLeast)
	}
	return c, nil
}

// find goes on by index bounds, not by a filter: {_id: {$gt: x}} finds only ids of x's own type and would skip the rest.
func (r *Reader) find(ctx context.Context, q Request) (*mongo.Cursor, error) {
	byID := bson.D{{Key: "_id", Value: 1}}
	o := options.Find().SetSort(byID).SetBatchSize(r.Batch)
	limit := q.Limit
	if q.After != nil {
		o.SetHint(byID).SetMin(q.After)
		limit++ // the bound includes After itself
	}
	c := r.Client.Database(q.Namespace.Database).
		Collection(q.Namespace.Collection, options.Collection().SetReadConcern(readconcern.Majority()))
	return c.Find(ctx, bson.D{}, o.SetLimit(int64(limit)))
}

func take(ctx context.Context, cursor *mongo.Cursor, q Request, c *Chunk, each func(bson.Raw) error) error {
	until := time.Now().Add(q.For)
	var id []byte
	for seen := 0; cursor.Next(ctx); seen++ {
		doc := cursor.Current
		if seen == 0 && q.After != nil && same(doc, q.After) {
			continue
		}
		if err := each(doc); err != nil {
			return err
		}
		c.Rows++
		e, _, err := rawbson.Lookup(doc, "_id")
		if err != nil {
			return err
		}
		id = append(id[:0], e.Raw...)
		if c.Rows == q.Limit || c.Rows%256 == 0 && q.For > 0 && time.Now().After(until) {
			c.Last = idDocument(id)
			return nil
		}
	}
	if c.Rows > 0 {
		c.Last = idDocument(id)
	}
	c.End = cursor.Err() == nil
	return nil
}

// idDocument is {_id: ...} of the element's bytes.
func idDocument(element []byte) bson.Raw {
	n := len(element) + 5
	doc := append([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}, element...)
	return append(doc, 0)
}

// same reports whether doc is the row that the last chunk ended with. It may have been deleted since, and then the first
// row is one that was not read yet.
func same(doc, after bson.Raw) bool {
	e, ok, err := rawbson.Lookup(doc, "_id")
	return err == nil && ok && bytes.Equal(after, idDocument(e.Raw))
}

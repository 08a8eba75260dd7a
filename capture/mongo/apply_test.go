package mongo

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/schemas/bsonpatch"
)

// value makes random values: names repeat and look like indexes, so that paths cross and collide.
func value(r *rand.Rand, depth int) any {
	switch n := r.IntN(9); {
	case n < 2 && depth > 0:
		return document(r, depth-1)
	case n < 4 && depth > 0:
		a := make(bson.A, r.IntN(5))
		for i := range a {
			a[i] = value(r, depth-1)
		}
		return a
	case n < 5:
		return fmt.Sprint("s", r.IntN(100))
	case n < 6:
		return float64(r.IntN(100)) / 4
	case n < 7:
		return nil
	}
	return int32(r.IntN(100))
}

var names = []string{"a", "b", "c", "d", "0", "1"}

func document(r *rand.Rand, depth int) bson.D {
	d := bson.D{}
	for _, i := range r.Perm(len(names))[:r.IntN(len(names))] {
		d = append(d, bson.E{Key: names[i], Value: value(r, depth)})
	}
	return d
}

func path(r *rand.Rand) string {
	p := names[r.IntN(len(names))]
	for range r.IntN(3) {
		p += "." + names[r.IntN(len(names))]
	}
	return p
}

// update makes a random update; the server refuses many, which are passed over.
func update(r *rand.Rand) any {
	switch r.IntN(8) {
	case 0:
		return bson.D{{Key: "$unset", Value: bson.D{{Key: path(r), Value: 1}}}}
	case 1:
		return bson.D{{Key: "$push", Value: bson.D{{Key: path(r), Value: value(r, 1)}}}}
	case 2:
		return bson.D{{Key: "$pop", Value: bson.D{{Key: path(r), Value: 1}}}}
	case 3:
		return bson.D{{Key: "$inc", Value: bson.D{{Key: path(r), Value: 1}}}}
	case 4: // a pipeline: the server compares documents, and truncates arrays
		return mongo.Pipeline{{{Key: "$set", Value: bson.D{{Key: names[r.IntN(4)], Value: bson.D{{Key: "$literal", Value: value(r, 2)}}}}}}}
	case 5:
		return bson.D{{Key: "$rename", Value: bson.D{{Key: path(r), Value: path(r)}}}}
	}
	set := bson.D{}
	for range 1 + r.IntN(3) {
		set = append(set, bson.E{Key: path(r), Value: value(r, 2)})
	}
	return bson.D{{Key: "$set", Value: set}}
}

// TestAppliedIsWhatTheServerHas updates documents at random, one update at a time, and holds the server's document against
// its pre-image with the description applied.
func TestAppliedIsWhatTheServerHas(t *testing.T) {
	db := mongotest.Database(t, true, "c")
	c, ctx := db.Collection("c"), t.Context()
	changes, err := db.Watch(ctx, mongo.Pipeline{}, options.ChangeStream().SetShowExpandedEvents(true).
		SetFullDocumentBeforeChange(options.WhenAvailable).SetMaxAwaitTime(20*time.Millisecond))
	require.NoError(t, err)
	defer changes.Close(ctx)
	r := rand.New(rand.NewPCG(1, 2))
	var patch bsonpatch.Patcher
	applied, refused := 0, 0
	for range 500 {
		if r.IntN(10) == 0 {
			_, err := c.ReplaceOne(ctx, bson.D{{Key: "_id", Value: 1}}, append(bson.D{{Key: "_id", Value: 1}}, document(r, 3)...), options.Replace().SetUpsert(true))
			require.NoError(t, err)
		}
		u := update(r)
		res, err := c.UpdateOne(ctx, bson.D{{Key: "_id", Value: 1}}, u)
		if err != nil || res.ModifiedCount == 0 {
			continue
		}
		e := lastEvent(t, changes)
		if e.Kind != stream.Update {
			continue // a pipeline that rewrites most of the document is logged as a replacement
		}
		want, err := c.FindOne(ctx, bson.D{{Key: "_id", Value: 1}}).Raw()
		require.NoError(t, err)
		got, err := patch.Apply(nil, e.Before, e.Description)
		if err != nil {
			// The server describes a $rename into new documents twice. Refused is right, only a wrong document would not be.
			require.ErrorIs(t, err, bsonpatch.ErrMismatch)
			require.ErrorContains(t, err, "set and passed through", "update %v of %s: %s", u, bson.Raw(e.Before), bson.Raw(e.Description))
			refused++
			continue
		}
		require.Equal(t, sorted(t, want), sorted(t, got), "update %v of %s: %s", u, bson.Raw(e.Before), bson.Raw(e.Description))
		applied++
	}
	t.Logf("%d applied, %d refused", applied, refused)
	require.Greater(t, applied, 100)
	require.Less(t, refused, applied/20)
}

// lastEvent reads until nothing more comes.
func lastEvent(t *testing.T, changes *mongo.ChangeStream) *stream.Event {
	var last bson.Raw
	for changes.TryNext(t.Context()) || last == nil {
		require.NoError(t, changes.Err())
		if changes.Current != nil {
			last = append(bson.Raw(nil), changes.Current...)
		}
	}
	var a stream.Assembler
	e, _, err := a.Next(last)
	require.NoError(t, err)
	return e
}

// sorted makes documents comparable that differ in the order of fields, which an update's description does not tell.
func sorted(t *testing.T, doc bson.Raw) any {
	var d bson.D
	require.NoError(t, bson.Unmarshal(doc, &d))
	return unordered(d)
}

func unordered(v any) any {
	switch v := v.(type) {
	case bson.D:
		m := map[string]any{}
		for _, e := range v {
			m[e.Key] = unordered(e.Value)
		}
		return m
	case bson.A:
		a := make([]any, len(v))
		for i := range v {
			a[i] = unordered(v[i])
		}
		return a
	}
	return v
}

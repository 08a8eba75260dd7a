package snapshot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// TestEveryIDIsReadOnce reads ids of all types in chunks of every size. A filter {_id: {$gt: last}} would pass over the
// types behind last's own.
func TestEveryIDIsReadOnce(t *testing.T) {
	db := mongotest.Database(t, false, "a")
	ids := []any{bson.NewObjectID(), bson.NewObjectID(), 1, int64(2), 2.5, "x", "y", bson.D{{Key: "a", Value: 1}}, true, bson.DateTime(5),
		bson.Binary{Subtype: 4, Data: make([]byte, 16)}, nil, bson.MinKey{}, bson.MaxKey{}}
	for _, id := range ids {
		_, err := db.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: id}})
		require.NoError(t, err)
	}
	for limit := 1; limit <= len(ids)+1; limit++ {
		r := Reader{Client: db.Client(), Batch: 3}
		seen := map[string]int{}
		var last bson.Raw
		for end := false; !end; {
			pulse, err := connect.Feel(t.Context(), db.Client())
			require.NoError(t, err)
			c, err := r.Read(t.Context(), Request{Namespace: stream.Namespace{Database: db.Name(), Collection: "a"}, After: last, AtLeast: pulse.Written, Limit: limit, For: time.Minute},
				func(doc bson.Raw) error { seen[doc.String()]++; return nil })
			require.NoError(t, err)
			require.GreaterOrEqual(t, c.Until, pulse.Written)
			last, end = c.Last, c.End
		}
		require.Len(t, seen, len(ids), "limit %d", limit)
		for doc, n := range seen {
			require.Equal(t, 1, n, doc)
		}
	}
}

// TestGoesOnBehindADeletedRow: the row that a chunk ended with may be gone when the next begins.
func TestGoesOnBehindADeletedRow(t *testing.T) {
	db := mongotest.Database(t, false, "a")
	for i := range 6 {
		_, err := db.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: i}})
		require.NoError(t, err)
	}
	r := Reader{Client: db.Client(), Batch: 2}
	var seen []int32
	each := func(doc bson.Raw) error { seen = append(seen, doc.Lookup("_id").Int32()); return nil }
	q := Request{Namespace: stream.Namespace{Database: db.Name(), Collection: "a"}, Limit: 3}
	pulse, err := connect.Feel(t.Context(), db.Client())
	require.NoError(t, err)
	q.AtLeast = pulse.Written
	c, err := r.Read(t.Context(), q, each)
	require.NoError(t, err)
	require.False(t, c.End)
	_, err = db.Collection("a").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: 2}})
	require.NoError(t, err)
	q.After, q.Limit = c.Last, 10
	c, err = r.Read(t.Context(), q, each)
	require.NoError(t, err)
	require.True(t, c.End)
	require.Equal(t, []int32{0, 1, 2, 3, 4, 5}, seen)
}

func TestLookup(t *testing.T) {
	db := mongotest.Database(t, false, "a")
	r, n := Reader{Client: db.Client()}, stream.Namespace{Database: db.Name(), Collection: "a"}
	key, err := bson.Marshal(bson.D{{Key: "_id", Value: 1}})
	require.NoError(t, err)
	doc, until, err := r.Lookup(t.Context(), n, key)
	require.NoError(t, err)
	require.Nil(t, doc)
	require.NotZero(t, until)
	_, err = db.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}, {Key: "v", Value: "x"}})
	require.NoError(t, err)
	doc, later, err := r.Lookup(t.Context(), n, key)
	require.NoError(t, err)
	require.Equal(t, "x", doc.Lookup("v").StringValue())
	require.Greater(t, later, until)
}

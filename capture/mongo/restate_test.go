package mongo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Documents that are asked for are said again as they are, and those that are not there as deletes; what follows is chained
// only where it is certain.
func TestDocumentsAreSaidAgain(t *testing.T) {
	r := newRig(t, true, "a")
	there, gone := bson.NewObjectID(), bson.NewObjectID()
	_, err := r.db.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: there}, {Key: "v", Value: 1}})
	require.NoError(t, err)
	c := r.start()
	c.complete()
	_, err = signal.Send(t.Context(), r.client(), 1, signal.Signal{Source: "mongo", Kind: signal.Restate, Tables: []string{r.db.Name() + ".a"},
		Keys: [][]string{{`{"$oid":"` + there.Hex() + `"}`}, {`{"$oid":"` + gone.Hex() + `"}`}, {"no id"}}})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(r.restatements("a")) == 2 }, enough, 50*time.Millisecond)
	ops := map[event.Op]string{}
	for _, rec := range r.restatements("a") {
		require.True(t, rec.header.Flags.Repair())
		ops[rec.header.Op] = rec.key
	}
	require.Contains(t, ops[event.Read], there.Hex())
	require.Contains(t, ops[event.Delete], gone.Hex())
	c.stop()
}

func (r *rig) restatements(collection string) (out []record) {
	for p := range 3 {
		for _, rec := range r.read(r.topic(collection), p) {
			if rec.header != nil && rec.header.Flags.Restate() {
				out = append(out, rec)
			}
		}
	}
	return out
}

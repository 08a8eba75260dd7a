package mongo

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// positions gives the position of each event of a collection, by what it did.
func (r *rig) positions(collection string) map[string]position.Position {
	all := map[string]position.Position{}
	for p := range 3 {
		for _, rec := range r.read(r.topic(collection), p) {
			if h := rec.header; h != nil && h.Op != event.Marking && h.Op != event.Read {
				all[string(rune(h.Op))+rec.key] = h.Version
			}
		}
	}
	return all
}

// TestPositionsDoNotDependOnWhatElseIsCaptured: an event that is sent again after a collection was added or taken away must
// have the position that it had, or a reader that knows it already takes it for a new one. All events of a transaction share
// a clusterTime, so a number that counted over all captured collections would change.
func TestPositionsDoNotDependOnWhatElseIsCaptured(t *testing.T) {
	one := newRig(t, true, "a", "b", "c")
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	two := &rig{t: t, db: one.db, brokers: cluster.ListenAddrs(), cfg: one.cfg}
	one.cfg.Contracts = one.cfg.Contracts[1:2] // b, between what sorts before and behind it
	first, second := one.start(), two.start()
	first.complete()
	second.complete()
	session, err := one.db.Client().StartSession()
	require.NoError(t, err)
	defer session.EndSession(t.Context())
	const rounds, each = 5, 7
	for n := range rounds {
		_, err := session.WithTransaction(t.Context(), func(ctx context.Context) (any, error) {
			for i := range each {
				for _, c := range []string{"a", "b", "c"} {
					if _, err := one.db.Collection(c).InsertOne(ctx, bson.D{{Key: "_id", Value: n*each + i}}); err != nil {
						return nil, err
					}
				}
			}
			return nil, nil
		})
		require.NoError(t, err)
	}
	first.reach()
	second.reach()
	first.stop()
	second.stop()
	alone, among := one.positions("b"), two.positions("b")
	require.Len(t, alone, rounds*each)
	require.Equal(t, alone, among)
	seen := map[position.Position]bool{}
	for _, at := range alone {
		require.False(t, seen[at], "%s twice", at)
		seen[at] = true
	}
}

package aggregates

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

func money(t *testing.T, r *rand.Rand) bson.Decimal128 {
	d, err := bson.ParseDecimal128(amount(r))
	require.NoError(t, err)
	return d
}

func date(r *rand.Rand) time.Time {
	return time.Date(2025, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1000)*1e6, time.UTC)
}

// order is an order's document but for its id: sometimes without items, sometimes without a category.
func order(t *testing.T, r *rand.Rand) bson.D {
	items, history := bson.A{}, bson.A{}
	for range r.IntN(4) {
		item := bson.D{{Key: "product_id", Value: "p" + fmt.Sprint(r.IntN(5))}, {Key: "seller_id", Value: "s" + fmt.Sprint(r.IntN(3))}, {Key: "quantity", Value: int32(1 + r.IntN(4))},
			{Key: "price", Value: money(t, r)}, {Key: "freight", Value: money(t, r)}, {Key: "refunded", Value: money(t, r)}}
		if r.IntN(4) > 0 {
			item = append(item, bson.E{Key: "category", Value: one(r, "toys", "books")})
		}
		items = append(items, item)
	}
	for range 1 + r.IntN(4) {
		history = append(history, bson.D{{Key: "status", Value: one(r, "created", "approved", "shipped", "delivered")}, {Key: "at", Value: date(r)}})
	}
	return bson.D{{Key: "customer_id", Value: bson.ObjectID{byte(r.IntN(6))}}, {Key: "status", Value: one(r, "created", "approved", "shipped", "delivered", "canceled", "unavailable")},
		{Key: "channel", Value: one(r, "web", "app")}, {Key: "currency", Value: one(r, "BRL", "USD")}, {Key: "purchased_at", Value: date(r)}, {Key: "updated_at", Value: date(r)},
		{Key: "shipping", Value: bson.D{{Key: "city", Value: one(r, "Recife", "Natal")}, {Key: "state", Value: one(r, "PE", "RN")}, {Key: "zip", Value: "1"}}},
		{Key: "items", Value: items}, {Key: "history", Value: history}}
}

func user(r *rand.Rand) bson.D {
	return bson.D{{Key: "name", Value: "n"}, {Key: "email", Value: fmt.Sprintf("u%d@example.com", r.IntN(9))}, {Key: "tier", Value: one(r, "gold", "basic")},
		{Key: "points", Value: int64(r.IntN(9000))}, {Key: "anonymised", Value: r.IntN(3) == 0}, {Key: "created_at", Value: date(r)}, {Key: "updated_at", Value: date(r)},
		{Key: "address", Value: bson.D{{Key: "city", Value: "c"}, {Key: "state", Value: one(r, "PE", "RN", "SP")}, {Key: "zip", Value: "1"}}}}
}

// ids gives about one id in n of a collection.
func (s *rig) ids(t *testing.T, r *rand.Rand, collection string, n int) (out []any) {
	t.Helper()
	var all []any
	require.NoError(t, s.collection(collection).Distinct(t.Context(), "_id", bson.D{}).Decode(&all))
	for _, id := range all {
		if r.IntN(n) == 0 {
			out = append(out, id)
		}
	}
	return out
}

// documentChanges are those in MongoDB.
func documentChanges() []change {
	return []change{
		{"documents inserted", func(t *testing.T, s *rig, r *rand.Rand) {
			for range 12 {
				_, err := s.collection("orders").InsertOne(t.Context(), append(bson.D{{Key: "_id", Value: fmt.Sprint("o", r.IntN(1e9))}}, order(t, r)...))
				require.NoError(t, err)
				_, err = s.collection("users").InsertOne(t.Context(), user(r))
				require.NoError(t, err)
			}
		}},
		{"every field updated", func(t *testing.T, s *rig, r *rand.Rand) {
			for _, id := range s.ids(t, r, "orders", 3) {
				_, err := s.collection("orders").UpdateByID(t.Context(), id, bson.D{{Key: "$set", Value: order(t, r)}})
				require.NoError(t, err)
			}
			for _, id := range s.ids(t, r, "users", 3) {
				_, err := s.collection("users").ReplaceOne(t.Context(), bson.D{{Key: "_id", Value: id}}, user(r))
				require.NoError(t, err)
			}
		}},
		{"items refunded", func(t *testing.T, s *rig, r *rand.Rand) {
			_, err := s.collection("orders").UpdateMany(t.Context(), bson.D{{Key: "items.0", Value: bson.D{{Key: "$exists", Value: true}}}, {Key: "channel", Value: "web"}},
				bson.D{{Key: "$set", Value: bson.D{{Key: "items.0.refunded", Value: money(t, r)}}}})
			require.NoError(t, err)
		}},
		{"ids changed", func(t *testing.T, s *rig, r *rand.Rand) {
			for _, id := range s.ids(t, r, "orders", 6) {
				var doc bson.D
				require.NoError(t, s.collection("orders").FindOneAndDelete(t.Context(), bson.D{{Key: "_id", Value: id}}).Decode(&doc))
				doc[0].Value = fmt.Sprint(id, "k")
				_, err := s.collection("orders").InsertOne(t.Context(), doc)
				require.NoError(t, err)
			}
		}},
		{"documents deleted", func(t *testing.T, s *rig, r *rand.Rand) {
			for _, collection := range []string{"orders", "users"} {
				for _, id := range s.ids(t, r, collection, 4) {
					_, err := s.collection(collection).DeleteOne(t.Context(), bson.D{{Key: "_id", Value: id}})
					require.NoError(t, err)
				}
			}
		}},
		{"a collection emptied", func(t *testing.T, s *rig, r *rand.Rand) {
			_, err := s.collection(one(r, "orders", "users")).DeleteMany(t.Context(), bson.D{})
			require.NoError(t, err)
		}},
		{"documents read again", func(t *testing.T, s *rig, r *rand.Rand) {
			s.again(t, "mongo", "shop."+one(r, "orders", "users"))
		}},
	}
}

// again asks the capture to read a table again.
func (s *rig) again(t *testing.T, source, table string) {
	t.Helper()
	out, err := s.program(t.Context(), t, "capture", "resnapshot", "--config", filepath.Join(s.dir, "capture.yaml"), "--source", source, "--table", table, "--yes").CombinedOutput()
	require.NoError(t, err, "%s", out)
}

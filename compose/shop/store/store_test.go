package store_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/schema"
	"github.com/tidemark-cdc/tidemark/compose/shop/simulate"
	"github.com/tidemark-cdc/tidemark/compose/shop/store"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func open(t *testing.T) *store.Store {
	postgres, mongo := os.Getenv("TIDEMARK_TEST_POSTGRES_URL"), os.Getenv("TIDEMARK_TEST_MONGO_URL")
	if postgres == "" || mongo == "" {
		t.Skip("needs databases that may be wiped: TIDEMARK_TEST_POSTGRES_URL, TIDEMARK_TEST_MONGO_URL")
	}
	ctx := context.Background()
	s, err := store.Open(ctx, postgres, mongo, 2)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close(ctx) })
	return s
}

// wipe leaves both databases empty but for the schema, which is made twice: it has to bear that.
func wipe(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for range 2 {
		require.NoError(t, schema.Postgres(ctx, s.Postgres))
		require.NoError(t, schema.Mongo(ctx, s.Mongo))
	}
	_, err := s.Postgres.Exec(ctx, "TRUNCATE transactions, deliveries, returns")
	require.NoError(t, err)
	for _, c := range []string{"users", "products", "orders"} {
		_, err := s.Mongo.Collection(c).DeleteMany(ctx, bson.D{})
		require.NoError(t, err)
	}
}

func dump(t *testing.T, s *store.Store) []string {
	var out []string
	for _, c := range []string{"users", "products", "orders"} {
		cursor, err := s.Mongo.Collection(c).Find(t.Context(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		require.NoError(t, err)
		var documents []bson.Raw
		require.NoError(t, cursor.All(t.Context(), &documents))
		for _, d := range documents {
			out = append(out, c+" "+d.String())
		}
	}
	for _, table := range []string{"transactions", "deliveries", "returns"} {
		rows, err := s.Postgres.Query(t.Context(), fmt.Sprintf("SELECT r::text FROM %s AS r ORDER BY 1", table))
		require.NoError(t, err)
		for rows.Next() {
			var text string
			require.NoError(t, rows.Scan(&text))
			out = append(out, table+" "+text)
		}
		require.NoError(t, rows.Err())
	}
	return out
}

// steps gives an opening and everything that ever happens to the first orders.
func steps(orders int) []change.Step {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	users, products, all := simulate.Opening(3, start, 20, 15)
	shop := simulate.New(simulate.Config{Seed: 3, Start: start, OrdersPerHour: 1, Users: users, Products: products})
	first := map[string]bool{}
	for shop.Now().Before(start.AddDate(0, 3, 0)) {
		step, _ := shop.Next()
		if c := step.Changes[0]; c.Table == change.Orders && c.Op == change.Insert && len(first) < orders {
			first[step.Entity] = true
		}
		if first[step.Entity] {
			all = append(all, step)
		}
	}
	return all
}

// A batch whose answer was lost is sent again. Nothing may come of that.
func TestBatchesSentTwiceLeaveTheSameShop(t *testing.T) {
	s := open(t)
	all := steps(80)
	var once []string
	for _, times := range []int{1, 2} {
		wipe(t, s)
		for from := 0; from < len(all); from += 90 {
			for range times {
				require.NoError(t, s.Apply(t.Context(), all[from:min(from+90, len(all))]))
			}
		}
		if times == 1 {
			once = dump(t, s)
			require.Contains(t, strings.Join(once, "\n"), "returns (RMA-", "no return was accepted: the test shows too little")
			continue
		}
		require.Equal(t, once, dump(t, s))
	}
}

func TestALaterRunFindsWhatIsThere(t *testing.T) {
	s := open(t)
	wipe(t, s)
	empty, err := s.Stock(t.Context())
	require.NoError(t, err)
	require.Equal(t, &store.Stock{}, empty)
	require.NoError(t, s.Apply(t.Context(), steps(10)))
	full, err := s.Stock(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, full.Users)
	require.NotEmpty(t, full.Products)
	require.Positive(t, full.Orders)
	require.Equal(t, 2026, full.Latest.Year())
	for i, u := range full.Users[1:] {
		require.Less(t, full.Users[i].ID.Hex(), u.ID.Hex())
	}
}

func TestWhatADatabaseRefusesIsNotTriedForEver(t *testing.T) {
	s := open(t)
	wipe(t, s)
	wrong := change.Change{Table: change.Transactions, Op: change.Update, SQL: "UPDATE transactions SET nothing = 1"}
	require.ErrorContains(t, s.Apply(t.Context(), []change.Step{{Changes: []change.Change{wrong}}}), "nothing")
}

package simulate

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func open(seed uint64) (*Shop, []change.Step) {
	users, products, steps := Opening(seed, start, 100, 60)
	return New(Config{Seed: seed, Start: start, OrdersPerHour: 2, Users: users, Products: products}), steps
}

func TestAShopKeepsItsBooks(t *testing.T) {
	for seed := range uint64(3) {
		l := newLedger(t)
		shop, opening := open(seed)
		for _, step := range opening {
			l.take(step)
		}
		for now := start; now.Before(start.Add(90 * day)); now = shop.Now() {
			step, ok := shop.Next()
			require.True(t, ok)
			require.False(t, shop.Now().Before(now), "time goes back")
			require.NotEmpty(t, step.Changes)
			l.take(step)
		}
		for _, what := range []string{"users insert", "users update", "users delete", "products insert", "products update", "products delete", "orders insert", "orders update",
			"transactions insert", "transactions update", "transactions delete", "deliveries insert", "deliveries update", "deliveries delete",
			"returns insert", "returns update", "returns delete", "key changes"} {
			require.Positive(t, l.seen[what], "seed %d has no %s", seed, what)
		}
	}
}

func TestEveryPaidAndCanceledOrderIsGivenBack(t *testing.T) {
	l := newLedger(t)
	shop, opening := open(11)
	for _, step := range opening {
		l.take(step)
	}
	for shop.Now().Before(start.Add(60 * day)) {
		step, _ := shop.Next()
		l.take(step)
	}
	ended := 0
	for _, o := range l.orders {
		switch o.History[len(o.History)-1].Status {
		case "canceled", "unavailable":
			ended++
			require.Equal(t, o.captured, o.refunded, "order %s", o.ID)
		}
	}
	require.Positive(t, ended)
}

func TestTheSeedDecidesEverything(t *testing.T) {
	render := func(seed uint64) []string {
		shop, opening := open(seed)
		var out []string
		for _, s := range opening {
			out = append(out, text(s))
		}
		for range 5000 {
			step, _ := shop.Next()
			out = append(out, text(step))
		}
		return out
	}
	first := render(5)
	require.Equal(t, first, render(5))
	require.NotEqual(t, first, render(6))
}

// text shows what pointers point at; two shops never share those.
func text(s change.Step) string {
	out := s.Entity
	for _, c := range s.Changes {
		out += fmt.Sprint(" ", c.Table, c.Op, key(c), document(c))
		for _, a := range c.Args {
			if p, ok := a.(*string); ok && p != nil {
				a = *p
			}
			if p, ok := a.(*time.Time); ok && p != nil {
				a = *p
			}
			out += fmt.Sprint(" ", a)
		}
	}
	return out
}

func document(c change.Change) string {
	var content any
	switch m := c.Mongo.(type) {
	case *mongo.InsertOneModel:
		content = m.Document
	case *mongo.UpdateOneModel:
		content = m.Update
	default:
		return ""
	}
	raw, err := bson.MarshalExtJSON(content, true, false)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestALaterRunHasOtherIds(t *testing.T) {
	ids := map[string]bool{}
	for placed := range uint64(2) {
		users, products, _ := Opening(1, start, 20, 20)
		shop := New(Config{Seed: 1, Start: start, OrdersPerHour: 5, Placed: placed, Users: users, Products: products})
		for range 2000 {
			step, _ := shop.Next()
			for _, c := range step.Changes {
				if c.Op == change.Insert {
					require.False(t, ids[c.Table.String()+key(c)], "%s is inserted by both runs", key(c))
					ids[c.Table.String()+key(c)] = true
				}
			}
		}
	}
}

package olist

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// replayed is what a folder's steps add up to.
type replayed struct {
	orders, empty, payments, refunds, returns, undefined, uncategorised int
	items, paid                                                         money.Cents
	status                                                              map[string]string
}

func replay(t *testing.T, dir string) (*Replay, replayed) {
	r, err := Open(dir)
	require.NoError(t, err)
	out := replayed{status: map[string]string{}}
	for last := r.At(); ; {
		step, ok := r.Next()
		if !ok {
			return r, out
		}
		require.False(t, r.At().Before(last), "steps are not in the order in which they happened")
		last = r.At()
		for _, c := range step.Changes {
			out.take(t, c)
		}
	}
}

func (o *replayed) take(t *testing.T, c change.Change) {
	switch c.Table {
	case change.Orders:
		o.order(c)
	case change.Products:
		if c.Mongo.(*mongo.InsertOneModel).Document.(record.Product).Category == nil {
			o.uncategorised++
		}
	case change.Transactions:
		if c.Op == change.Insert {
			o.transaction(t, c)
		}
	case change.Returns:
		if c.Op == change.Insert {
			o.returns++
		}
	}
}

func (o *replayed) order(c change.Change) {
	switch m := c.Mongo.(type) {
	case *mongo.InsertOneModel:
		order := m.Document.(record.Order)
		o.orders++
		o.status[order.ID] = order.Status
		for _, i := range order.Items {
			o.items += i.Worth()
		}
		if len(order.Items) == 0 {
			o.empty++
		}
	case *mongo.UpdateOneModel:
		if set := m.Update.(bson.D)[0].Value.(bson.D)[0]; set.Key == "status" {
			o.status[m.Filter.(bson.D)[0].Value.(string)] = set.Value.(string)
		}
	}
}

func (o *replayed) transaction(t *testing.T, c change.Change) {
	if c.Args[3] == record.Refund {
		o.refunds++
		return
	}
	amount, err := money.Parse(c.Args[6].(string))
	require.NoError(t, err)
	o.payments++
	o.paid += amount
	if c.Args[4] == "not_defined" {
		o.undefined++
	}
}

// TestTheDataSetAddsUp holds the replay of the public sample to its published totals.
func TestTheDataSetAddsUp(t *testing.T) {
	dir := os.Getenv("TIDEMARK_OLIST")
	if dir == "" {
		t.Skip("needs the data set's folder: TIDEMARK_OLIST")
	}
	_, got := replay(t, dir)
	statuses := map[string]int{}
	for _, s := range got.status {
		statuses[s]++
	}
	require.Equal(t, map[string]int{"delivered": 5172, "shipped": 1107, "canceled": 625, "unavailable": 609, "invoiced": 314, "processing": 301, "created": 5, "approved": 2}, statuses)
	got.status = nil
	require.Equal(t, replayed{orders: 8135, empty: 775, payments: 8924, refunds: 1157, returns: 1093, undefined: 3, uncategorised: 111,
		items: 1_093_264_35, paid: 1_428_602_81}, got)
}

package simulate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// ledger follows the shop's steps as its databases would, and fails where a database would or where a shop would not.
type ledger struct {
	t        *testing.T
	owner    map[string]string // row -> entity: rows of one entity go through one writer
	orders   map[string]*placed
	payments map[string]*paid
	seen     map[string]int // table/op -> how often
}

type placed struct {
	record.Order
	captured, refunded money.Cents
}

type paid struct {
	order, kind, status string
	amount              money.Cents
	referenced          bool
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, owner: map[string]string{}, orders: map[string]*placed{}, payments: map[string]*paid{}, seen: map[string]int{}}
}

func (l *ledger) take(step change.Step) {
	for _, c := range step.Changes {
		l.seen[c.Table.String()+" "+c.Op.String()]++
		l.exists(step.Entity, c)
		switch {
		case c.Table == change.Orders:
			l.order(c)
		case c.Table == change.Transactions:
			l.transaction(c)
		case c.Table == change.Deliveries && c.Op == change.Insert:
			l.refer(*c.Args[2].(*string))
		case c.Table == change.Returns && c.Op == change.Insert:
			l.refer(c.Args[1].(string))
		}
	}
}

// exists holds every update and delete to a row that is there and was made by the same entity.
func (l *ledger) exists(entity string, c change.Change) {
	key := c.Table.String() + " " + key(c)
	owner, there := l.owner[key]
	require.Equal(l.t, c.Op != change.Insert, there, "%s of %s", c.Op, key)
	if there {
		require.Equal(l.t, owner, entity, "two writers for %s", key)
	}
	switch {
	case c.Op == change.Delete:
		delete(l.owner, key)
	case strings.Contains(c.SQL, "SET number = $2"):
		delete(l.owner, key)
		l.owner[c.Table.String()+" "+c.Args[1].(string)] = entity
		l.seen["key changes"]++
	default:
		l.owner[key] = entity
	}
}

func key(c change.Change) string {
	switch m := c.Mongo.(type) {
	case *mongo.InsertOneModel:
		raw, err := bson.Marshal(m.Document)
		if err != nil {
			panic(err)
		}
		return bson.Raw(raw).Lookup("_id").String()
	case *mongo.UpdateOneModel:
		return idOf(m.Filter)
	case *mongo.DeleteOneModel:
		return idOf(m.Filter)
	}
	if c.Table == change.Deliveries {
		return fmt.Sprint(c.Args[0], c.Args[1])
	}
	return fmt.Sprint(c.Args[0])
}

func idOf(filter any) string {
	raw, err := bson.Marshal(filter)
	if err != nil {
		panic(err)
	}
	return bson.Raw(raw).Lookup("_id").String()
}

func (l *ledger) order(c change.Change) {
	if m, ok := c.Mongo.(*mongo.InsertOneModel); ok {
		o := m.Document.(record.Order)
		require.Len(l.t, o.History, 1)
		require.NotEmpty(l.t, o.Items)
		l.orders[o.ID] = &placed{Order: o}
		return
	}
	m := c.Mongo.(*mongo.UpdateOneModel)
	o := l.orders[m.Filter.(bson.D)[0].Value.(string)]
	for _, e := range m.Update.(bson.D)[0].Value.(bson.D) {
		l.set(o, e)
	}
}

func (l *ledger) set(o *placed, e bson.E) {
	var item int
	switch {
	case e.Key == "status":
		status := e.Value.(string)
		for _, h := range o.History {
			require.NotEqual(l.t, status, h.Status, "order %s is %s twice", o.ID, status)
			require.NotContains(l.t, []string{record.Canceled, record.Unavailable}, h.Status, "order %s goes on after its end", o.ID)
		}
		o.History = append(o.History, record.Reached{Status: status})
	case strings.HasPrefix(e.Key, "items."):
		_, err := fmt.Sscanf(e.Key, "items.%d.refunded", &item)
		require.NoError(l.t, err)
		refunded := e.Value.(money.Cents)
		require.Greater(l.t, refunded, o.Items[item].Refunded, "a refund is taken back")
		require.LessOrEqual(l.t, refunded, o.Items[item].Worth())
		o.Items[item].Refunded = refunded
	}
}

func (l *ledger) transaction(c change.Change) {
	id := c.Args[0].(string)
	p := l.payments[id]
	switch c.Op {
	case change.Insert:
		l.insert(id, c)
	case change.Update:
		require.Equal(l.t, record.Pending, p.status, "transaction %s was decided before", id)
		p.status = c.Args[1].(string)
		if p.status == record.Captured && p.kind == record.Payment {
			l.orders[p.order].captured += p.amount
		}
	case change.Delete:
		require.Equal(l.t, record.Failed, p.status)
		require.False(l.t, p.referenced, "a foreign key would keep %s", id)
	}
}

func (l *ledger) insert(id string, c change.Change) {
	amount, err := money.Parse(c.Args[6].(string))
	require.NoError(l.t, err)
	p := &paid{order: c.Args[1].(string), kind: c.Args[3].(string), status: c.Args[5].(string), amount: amount}
	l.payments[id] = p
	o := l.orders[p.order]
	require.NotNil(l.t, o, "paid before it was placed")
	if p.kind == record.Payment {
		return
	}
	l.refer(*c.Args[2].(*string))
	require.Equal(l.t, record.Captured, l.payments[*c.Args[2].(*string)].status, "nothing was paid that could be given back")
	o.refunded += amount
	require.LessOrEqual(l.t, o.refunded, o.captured, "order %s gives back more than was paid", o.ID)
}

func (l *ledger) refer(payment string) {
	require.NotNil(l.t, l.payments[payment], "foreign key %s", payment)
	l.payments[payment].referenced = true
}

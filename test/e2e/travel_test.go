package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// A row's whole life, by hand: what psql does is right in shop.* and in the aggregates.
func TestRowsTravel(t *testing.T) {
	_, p := stackOf(t)
	const id = "00000000-0000-4000-8000-00000000a001"
	cash := "SELECT toString(ifNull(sum(net), 0)) FROM sales.cash WHERE hour = '2031-05-06 07:00:00'"

	p.sql(t, `INSERT INTO transactions (id, order_id, kind, method, status, amount, currency, installments, attempt, details, created_at, updated_at)
		VALUES ($1, 'by-hand', 'payment', 'credit_card', 'pending', 12.34, 'BRL', 1, 1, '{"a": [1, "ü"]}', '2031-05-06 07:08:09.123456+00', now())`, id)
	p.becomes(t, "pending", "SELECT toString(status) FROM shop.transactions WHERE id = '"+id+"'")
	require.Equal(t, "0", p.text(t, cash), "nothing is paid yet")
	require.Equal(t, "2031-05-06 07:08:09.123456", p.text(t, "SELECT toString(created_at) FROM shop.transactions WHERE id = '"+id+"'"))

	p.sql(t, `UPDATE transactions SET status = 'captured' WHERE id = $1`, id)
	p.becomes(t, "12.34", cash)
	p.sql(t, `UPDATE transactions SET amount = 10.00 WHERE id = $1`, id)
	p.becomes(t, "10", cash)

	const moved = "00000000-0000-4000-8000-00000000a002"
	p.sql(t, `UPDATE transactions SET id = $2 WHERE id = $1`, id, moved)
	p.becomes(t, "10", "SELECT toString(amount) FROM shop.transactions WHERE id = '"+moved+"'")
	p.becomes(t, "0", "SELECT toString(count()) FROM shop.transactions WHERE id = '"+id+"'")
	require.Equal(t, "10", p.text(t, cash), "a key that changes is still one payment")

	p.sql(t, `DELETE FROM transactions WHERE id = $1`, moved)
	p.becomes(t, "0", "SELECT toString(count()) FROM shop.transactions WHERE id = '"+moved+"'")
	p.becomes(t, "0", cash)
	p.equal(t, shopContracts(t))
}

// The same for a document, by any client.
func TestDocumentsTravel(t *testing.T) {
	ctx, p := stackOf(t)
	price, err := bson.ParseDecimal128("99.90")
	require.NoError(t, err)
	zero, err := bson.ParseDecimal128("0.00")
	require.NoError(t, err)
	at := time.Date(2031, 6, 7, 8, 9, 10, 0, time.UTC)
	item := bson.D{{Key: "product_id", Value: "p1"}, {Key: "seller_id", Value: "s1"}, {Key: "category", Value: "books"}, {Key: "quantity", Value: int32(2)},
		{Key: "price", Value: price}, {Key: "freight", Value: zero}, {Key: "refunded", Value: zero}}
	_, err = p.collection("orders").InsertOne(ctx, bson.D{
		{Key: "_id", Value: "by-hand"}, {Key: "customer_id", Value: bson.NewObjectID()}, {Key: "status", Value: "created"}, {Key: "channel", Value: "web"},
		{Key: "currency", Value: "BRL"}, {Key: "purchased_at", Value: at}, {Key: "updated_at", Value: at},
		{Key: "shipping", Value: bson.D{{Key: "city", Value: "Recife"}, {Key: "state", Value: "PE"}, {Key: "zip", Value: "50000"}}},
		{Key: "items", Value: bson.A{item}}, {Key: "history", Value: bson.A{bson.D{{Key: "status", Value: "created"}, {Key: "at", Value: at}}}},
	})
	require.NoError(t, err)
	const net = "SELECT toString(ifNull(sum(net), 0)) FROM sales.revenue WHERE hour = '2031-06-07 08:00:00'"
	p.becomes(t, "199.8", net)

	refund, err := bson.ParseDecimal128("50.00")
	require.NoError(t, err)
	update := func(set bson.D) {
		t.Helper()
		_, err := p.collection("orders").UpdateByID(ctx, "by-hand", set)
		require.NoError(t, err)
	}
	update(bson.D{{Key: "$set", Value: bson.D{{Key: "items.0.refunded", Value: refund}}}})
	p.becomes(t, "149.8", net)
	update(bson.D{{Key: "$set", Value: bson.D{{Key: "status", Value: "canceled"}}},
		{Key: "$push", Value: bson.D{{Key: "history", Value: bson.D{{Key: "status", Value: "canceled"}, {Key: "at", Value: at}}}}}})
	p.becomes(t, "0", net)
	p.becomes(t, "['created','canceled']", "SELECT toString(history_status) FROM shop.orders WHERE id = 'by-hand'")
	_, err = p.collection("orders").DeleteOne(ctx, bson.D{{Key: "_id", Value: "by-hand"}})
	require.NoError(t, err)
	p.becomes(t, "0", "SELECT toString(count()) FROM shop.orders WHERE id = 'by-hand'")
	p.equal(t, shopContracts(t))
}

// Truncate has no row events: only its marker can take the rows away.
func TestTruncateTravels(t *testing.T) {
	_, p := stackOf(t)
	p.sql(t, `INSERT INTO deliveries (order_id, parcel, carrier, status, state, cost, currency, estimated_at, updated_at)
		SELECT 'trunc-' || n, 1, 'post', 'in_transit', 'SP', 1.25, 'BRL', now(), now() FROM generate_series(1, 500) n`)
	p.equal(t, shopContracts(t))
	p.sql(t, `TRUNCATE deliveries`)
	p.becomes(t, "0", "SELECT toString(count()) FROM shop.deliveries")
	p.becomes(t, "0", "SELECT toString(ifNull(sum(parcels), 0)) FROM sales.deliveries")
	p.equal(t, shopContracts(t))
}

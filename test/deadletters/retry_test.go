package deadletters

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

const (
	amount = `{name: amount, type: "numeric(12,2)"`
	stock  = `{name: stock, type: int`
)

func open(topic string) string {
	return "SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolved = 0 AND topic = '" + topic + "'"
}

// Amounts that the contract's column cannot hold and documents without a field that it
// wants become dead letters; some of their keys change again, some go. The contract is
// mended and the letters are sent again: everything is as if they had never failed.
func TestARetryAfterTheMendLeavesNoTrace(t *testing.T) {
	p := start(t, func(file, text string) string {
		return strings.Replace(text, amount, amount+`, clickhouse: "Decimal(6, 2)"`, 1)
	})
	payments(p)
	products(p)
	run := make(chan string, 1)
	go func() { run <- p.program(0, "shop", "run", "--rate", "100", "--seed", "5", "--for", "8s", "--json") }()
	p.becomes("1", "SELECT toString(count() >= 5) FROM ops.dead_letters FINAL WHERE resolved = 0 AND topic = 'pg.public.transactions'")
	p.becomes("4", open("mongo.shop.products"))
	<-run
	p.settled()

	refused := p.sink(4, "deadletters", "retry", "--all", "--wait", "0")
	require.Contains(t, refused, "has not changed")
	require.Contains(t, p.sink(0, "deadletters", "list"), "raw.transactions")
	mend(p)

	dry := p.sink(0, "deadletters", "retry", "--all", "--dry-run")
	require.Contains(t, dry, "would be sent")
	p.sql("UPDATE transactions SET amount = 31000 WHERE order_id = 'retry-3'") // while its letters are on their way
	p.sink(0, "deadletters", "retry", "--all", "--wait", "60s")
	p.equal()
	p.becomes("0", "SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolved = 0")
	p.becomes("0", "SELECT toString(sum(dead_letters)) FROM ops.tidemark")
	require.NotEqual(t, "0", p.text("SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolution LIKE 'applied%'"))
	require.NotEqual(t, "0", p.text("SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolution LIKE 'superseded%'"))
	p.sink(0, "deadletters", "retry", "--all") // nothing is left to do
	p.equal()
}

// mend widens what was too narrow and allows what was missing, and starts the sink again.
func mend(p *pipeline) {
	require.NoError(p.t, p.Halt(p.t.Context(), "sink"))
	p.write(func(file, text string) string {
		return strings.Replace(text, stock+"}", stock+", nullable: true}", 1)
	})
	p.sink(0, "migrate")
	require.NoError(p.t, p.Add(p.t.Context(), "sink"))
	p.ready("sink")
}

// settled waits until what was written so far has reached ClickHouse, or the letters.
func (p *pipeline) settled() {
	mark := fmt.Sprintf("settled-%d", time.Now().UnixNano())
	pay(p, mark, "1.00")
	p.becomes("1", "SELECT toString(count()) FROM shop.transactions WHERE order_id = '"+mark+"'")
}

func pay(p *pipeline, order, amount string) {
	p.sql(`INSERT INTO transactions (id, order_id, kind, method, status, amount, currency, installments, attempt, details, created_at, updated_at)
		VALUES (gen_random_uuid(), $1, 'payment', 'credit_card', 'captured', $2::text::numeric, 'BRL', 1, 1, '{}', '2031-05-06 07:08:09+00', now())`, order, amount)
}

// payments whose first image, or a later one, does not fit.
func payments(p *pipeline) {
	for i := range 7 {
		pay(p, fmt.Sprintf("retry-%d", i), fmt.Sprintf("%d0000.55", i+1))
	}
	pay(p, "retry-small", "10.00")
	for _, change := range []string{
		"UPDATE transactions SET amount = 80000.01 WHERE order_id = 'retry-1'",      // fails again
		"UPDATE transactions SET amount = 12.34 WHERE order_id = 'retry-2'",         // whole again
		"UPDATE transactions SET status = 'failed' WHERE order_id = 'retry-3'",      // fails again
		"DELETE FROM transactions WHERE order_id = 'retry-4'",                       // never to come
		"UPDATE transactions SET id = gen_random_uuid() WHERE order_id = 'retry-5'", // another key
		"UPDATE transactions SET amount = 99999.99 WHERE order_id = 'retry-small'",  // what is held is old
		"UPDATE transactions SET amount = 55.00 WHERE order_id = 'retry-6'",         // whole, and then
		"DELETE FROM transactions WHERE order_id = 'retry-6'",                       // gone
	} {
		p.sql(change)
	}
}

// products without a stock.
func products(p *pipeline) {
	price, err := bson.ParseDecimal128("5.00")
	require.NoError(p.t, err)
	now := time.Now()
	for _, id := range []string{"retry-a", "retry-b", "retry-c"} {
		_, err = p.collection("products").InsertOne(p.t.Context(), bson.D{{Key: "_id", Value: id}, {Key: "name", Value: "lamp"}, {Key: "price", Value: price},
			{Key: "currency", Value: "BRL"}, {Key: "active", Value: true}, {Key: "created_at", Value: now}, {Key: "updated_at", Value: now}})
		require.NoError(p.t, err)
	}
	set := func(id string, field string, value any) {
		_, err := p.collection("products").UpdateByID(p.t.Context(), id, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}})
		require.NoError(p.t, err)
	}
	set("retry-a", "name", "chair") // fails again
	set("retry-b", "stock", int32(4))
	_, err = p.collection("products").DeleteOne(p.t.Context(), bson.D{{Key: "_id", Value: "retry-c"}})
	require.NoError(p.t, err)
}

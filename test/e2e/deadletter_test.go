package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

const product = "SELECT toString(count()) FROM shop.products WHERE id = "

func deadOf(topic string) string {
	return "SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolved = 0 AND topic = '" + topic + "'"
}

// A document that breaks its contract is kept aside with its reason and its bytes, and
// what comes after it flows.
func TestABrokenDocumentStopsNothing(t *testing.T) {
	ctx, p := stackOf(t)
	_, err := p.collection("products").InsertOne(ctx, bson.D{{Key: "_id", Value: "broken"}, {Key: "price", Value: "not a price"}})
	require.NoError(t, err)
	_, err = p.collection("products").InsertOne(ctx, wholeProduct(t, "whole"))
	require.NoError(t, err)

	p.becomes(t, "1", product+"'whole'")
	p.becomes(t, "1", deadOf("mongo.shop.products"))
	require.Equal(t, "0", p.text(t, product+"'broken'"))
	row := p.text(t, "SELECT concat(error, ' | ', value) FROM ops.dead_letters FINAL WHERE topic = 'mongo.shop.products'")
	require.Contains(t, row, "not a price", "the original bytes")
	require.NotEmpty(t, strings.Split(row, " | ")[0], "the reason")

	_, err = p.collection("products").DeleteOne(ctx, bson.D{{Key: "_id", Value: "broken"}}) // leaves nothing behind for the other tests
	require.NoError(t, err)
	p.equal(t, shopContracts(t))
}

func wholeProduct(t *testing.T, id string) bson.D {
	t.Helper()
	price, err := bson.ParseDecimal128("5.00")
	require.NoError(t, err)
	now := time.Now()
	return bson.D{{Key: "_id", Value: id}, {Key: "name", Value: "lamp"}, {Key: "price", Value: price}, {Key: "currency", Value: "BRL"},
		{Key: "stock", Value: int32(3)}, {Key: "active", Value: true}, {Key: "created_at", Value: now}, {Key: "updated_at", Value: now}}
}

// A time that ClickHouse cannot hold is never clamped.
func TestAValueOutOfRangeIsADeadLetter(t *testing.T) {
	_, p := stackOf(t)
	const topic = "pg.public.deliveries"
	insert := `INSERT INTO deliveries (order_id, parcel, carrier, status, state, cost, currency, estimated_at, updated_at)
		VALUES ($1, 1, 'post', 'in_transit', 'SP', 1, 'BRL', $2::timestamptz, now())`
	p.sql(t, insert, "far-away", "infinity")
	p.sql(t, insert, "near", "2031-01-01")
	p.becomes(t, "1", "SELECT toString(count()) FROM shop.deliveries WHERE order_id = 'near'")
	p.becomes(t, "1", deadOf(topic))
	require.Equal(t, "0", p.text(t, "SELECT toString(count()) FROM shop.deliveries WHERE order_id = 'far-away'"))

	p.sql(t, "UPDATE deliveries SET estimated_at = '2031-01-01' WHERE order_id = 'far-away'")
	p.equal(t, shopContracts(t)) // the key's chain was broken by the dead letter and is whole again
	p.sql(t, "DELETE FROM deliveries WHERE order_id IN ('far-away', 'near')")
	p.equal(t, shopContracts(t))
}

// What is no record of ours at all stops nothing either.
func TestABrokenRecordInATopicStopsNothing(t *testing.T) {
	ctx, p := stackOf(t)
	const topic = "pg.public.returns"
	before := p.text(t, deadOf(topic))
	require.Equal(t, "0", before)
	w := &kafka.Writer{Addr: kafka.TCP(strings.Split(p.env["TIDEMARK_KAFKA_BROKERS"], ",")...), Topic: topic, BatchTimeout: time.Millisecond, RequiredAcks: kafka.RequireAll}
	require.NoError(t, w.WriteMessages(ctx,
		kafka.Message{Key: []byte("k1"), Value: []byte("\x00\xffgarbage")},
		kafka.Message{Key: []byte("k2"), Value: []byte(`{"op":"c"`), Headers: []kafka.Header{{Key: "tidemark", Value: []byte("short")}}}))
	require.NoError(t, w.Close())
	p.becomes(t, "2", deadOf(topic))
	p.equal(t, shopContracts(t))
}

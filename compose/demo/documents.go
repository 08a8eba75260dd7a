package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// order is what the aggregates need of an order's document.
type order struct {
	Status      string    `bson:"status"`
	Channel     string    `bson:"channel"`
	Currency    string    `bson:"currency"`
	PurchasedAt time.Time `bson:"purchased_at"`
	Shipping    struct {
		State string `bson:"state"`
	} `bson:"shipping"`
	Items []item `bson:"items"`
}

type item struct {
	ProductID string          `bson:"product_id"`
	Category  *string         `bson:"category"`
	Quantity  int64           `bson:"quantity"`
	Price     bson.Decimal128 `bson:"price"`
	Freight   bson.Decimal128 `bson:"freight"`
	Refunded  bson.Decimal128 `bson:"refunded"`
}

var one = decimal.NewFromInt(1)

func money(d bson.Decimal128) decimal.Decimal {
	v, err := decimal.NewFromString(d.String())
	if err != nil {
		return decimal.Decimal{} // NaN and the infinities: no money, so that the aggregates differ
	}
	return v
}

func (i item) gross() decimal.Decimal { return money(i.Price).Mul(decimal.NewFromInt(i.Quantity)) }

func (i item) category() string {
	if i.Category == nil {
		return "(none)"
	}
	return *i.Category
}

func (o order) hour() string { return o.PurchasedAt.UTC().Format("2006-01-02 15:00:00") }

// canceled reports whether nothing of the order counts as revenue.
func (o order) canceled() bool { return o.Status == "canceled" || o.Status == "unavailable" }

// fromDocuments are the aggregates over orders.
func fromDocuments() []aggregate {
	return []aggregate{
		{name: "revenue", dimensions: []string{"hour", "category", "state", "channel", "currency"},
			measures: []string{"items", "gross", "freight", "refunded", "canceled", "net"}, headline: 5, source: overOrders(revenueOf)},
		{name: "orders", dimensions: []string{"hour", "state", "channel", "status", "currency"},
			measures: []string{"orders", "items", "gross", "refunded"}, headline: 2, source: overOrders(ordersOf)},
		{name: "products", dimensions: []string{"day", "category", "product_id", "currency"},
			measures: []string{"items", "gross", "refunded"}, headline: 1, source: overOrders(productsOf)},
		{name: "customers", dimensions: []string{"day", "state", "tier", "anonymised"}, measures: []string{"customers", "points"}, source: customersOf},
	}
}

func overOrders(add func(buckets, order)) func(context.Context, *compare.Sides) (buckets, error) {
	return func(ctx context.Context, sides *compare.Sides) (buckets, error) {
		return overDocuments(ctx, sides, "orders", add)
	}
}

// customersOf counts users.
func customersOf(ctx context.Context, sides *compare.Sides) (buckets, error) {
	type user struct {
		Tier       string    `bson:"tier"`
		Points     int64     `bson:"points"`
		Anonymised bool      `bson:"anonymised"`
		CreatedAt  time.Time `bson:"created_at"`
		Address    struct {
			State string `bson:"state"`
		} `bson:"address"`
	}
	return overDocuments(ctx, sides, "users", func(out buckets, u user) {
		out.add([]string{u.CreatedAt.UTC().Format(time.DateOnly), u.Address.State, u.Tier, strconv.FormatBool(u.Anonymised)},
			one, decimal.NewFromInt(u.Points))
	})
}

// overDocuments adds every document of one of the shop's collections.
func overDocuments[T any](ctx context.Context, sides *compare.Sides, collection string, add func(buckets, T)) (buckets, error) {
	cur, err := sides.Mongo.Database("shop").Collection(collection).Find(ctx, bson.D{})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", collection, err)
	}
	defer cur.Close(ctx)
	out := buckets{}
	for cur.Next(ctx) {
		var doc T
		if err := cur.Decode(&doc); err != nil {
			return nil, fmt.Errorf("read one of %s: %w", collection, err)
		}
		add(out, doc)
	}
	return out, cur.Err()
}

func revenueOf(out buckets, o order) {
	for _, i := range o.Items {
		gross, refunded := i.gross(), money(i.Refunded)
		canceled := decimal.Decimal{}
		if o.canceled() {
			canceled = gross.Sub(refunded)
		}
		out.add([]string{o.hour(), i.category(), o.Shipping.State, o.Channel, o.Currency},
			decimal.NewFromInt(i.Quantity), gross, money(i.Freight), refunded, canceled, gross.Sub(refunded).Sub(canceled))
	}
}

func ordersOf(out buckets, o order) {
	var items, gross, refunded decimal.Decimal
	for _, i := range o.Items {
		items, gross, refunded = items.Add(decimal.NewFromInt(i.Quantity)), gross.Add(i.gross()), refunded.Add(money(i.Refunded))
	}
	out.add([]string{o.hour(), o.Shipping.State, o.Channel, o.Status, o.Currency}, one, items, gross, refunded)
}

func productsOf(out buckets, o order) {
	for _, i := range o.Items {
		out.add([]string{o.PurchasedAt.UTC().Format(time.DateOnly), i.category(), i.ProductID, o.Currency},
			decimal.NewFromInt(i.Quantity), i.gross(), money(i.Refunded))
	}
}

package validate

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// soldOrder is what the aggregates need of an order's document.
type soldOrder struct {
	Status    string        `bson:"status"`
	Channel   string        `bson:"channel"`
	Currency  string        `bson:"currency"`
	Customer  bson.ObjectID `bson:"customer_id"`
	Purchased time.Time     `bson:"purchased_at"`
	Items     []soldItem    `bson:"items"`
	History   []reached     `bson:"history"`
	Shipping  struct {
		City  string `bson:"city"`
		State string `bson:"state"`
	} `bson:"shipping"`
}

// reached is a status that an order came to.
type reached struct {
	Status string    `bson:"status"`
	At     time.Time `bson:"at"`
}

type soldItem struct {
	Product  string          `bson:"product_id"`
	Seller   string          `bson:"seller_id"`
	Category *string         `bson:"category"`
	Quantity int64           `bson:"quantity"`
	Price    bson.Decimal128 `bson:"price"`
	Freight  bson.Decimal128 `bson:"freight"`
	Refunded bson.Decimal128 `bson:"refunded"`
}

type customer struct {
	Tier       string    `bson:"tier"`
	Points     int64     `bson:"points"`
	Anonymised bool      `bson:"anonymised"`
	Created    time.Time `bson:"created_at"`
	Address    struct {
		State string `bson:"state"`
	} `bson:"address"`
}

// salesOfDocuments are the aggregates over MongoDB's collections.
func salesOfDocuments() []sale {
	return append(salesOfOrders(), []sale{
		{name: "revenue", from: "shop.orders", dimensions: []string{"hour", "category", "state", "channel", "currency"},
			measures: []string{"items", "gross", "freight", "refunded", "canceled", "net"}, recompute: overDocuments("orders", addRevenue)},
		{name: "orders", from: "shop.orders", dimensions: []string{"hour", "state", "channel", "status", "currency"},
			measures: []string{"orders", "items", "gross", "refunded"}, recompute: overDocuments("orders", addOrder)},
		{name: "products", from: "shop.orders", dimensions: []string{"day", "category", "product_id", "currency"},
			measures: []string{"items", "gross", "refunded"}, recompute: overDocuments("orders", addProducts)},
		{name: "customers", from: "shop.users", dimensions: []string{"day", "state", "tier", "anonymised"},
			measures: []string{"customers", "points"}, recompute: overDocuments("users", addCustomer)},
	}...)
}

// overDocuments adds every document of one of the shop's collections.
func overDocuments[T any](collection string, add func(buckets, *T)) func(context.Context, *compare.Sides, *sale) (buckets, error) {
	return func(ctx context.Context, sides *compare.Sides, _ *sale) (buckets, error) {
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
			add(out, &doc)
		}
		return out, cur.Err()
	}
}

// money is exact; what is no number is taken for nothing, so that the aggregates differ.
func money(d bson.Decimal128) *big.Rat {
	v, ok := new(big.Rat).SetString(d.String())
	if !ok {
		return new(big.Rat)
	}
	return v
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func (i *soldItem) gross() *big.Rat { return new(big.Rat).Mul(money(i.Price), whole(i.Quantity)) }

func (i *soldItem) category() string {
	if i.Category == nil {
		return "(none)"
	}
	return *i.Category
}

func (o *soldOrder) hour() string { return o.Purchased.UTC().Format("2006-01-02 15:00:00") }

// addRevenue adds items. Of a canceled order nothing is left over.
func addRevenue(out buckets, o *soldOrder) {
	for _, i := range o.Items {
		gross, refunded, canceled := i.gross(), money(i.Refunded), new(big.Rat)
		net := new(big.Rat).Sub(gross, refunded)
		if o.Status == "canceled" || o.Status == "unavailable" {
			canceled, net = net, new(big.Rat)
		}
		out.add([]string{o.hour(), i.category(), o.Shipping.State, o.Channel, o.Currency}, whole(i.Quantity), gross, money(i.Freight), refunded, canceled, net)
	}
}

func addOrder(out buckets, o *soldOrder) {
	items, gross, refunded := int64(0), new(big.Rat), new(big.Rat)
	for _, i := range o.Items {
		items += i.Quantity
		gross.Add(gross, i.gross())
		refunded.Add(refunded, money(i.Refunded))
	}
	out.add([]string{o.hour(), o.Shipping.State, o.Channel, o.Status, o.Currency}, whole(1), whole(items), gross, refunded)
}

func addProducts(out buckets, o *soldOrder) {
	for _, i := range o.Items {
		out.add([]string{o.Purchased.UTC().Format(time.DateOnly), i.category(), i.Product, o.Currency}, whole(i.Quantity), i.gross(), money(i.Refunded))
	}
}

func addCustomer(out buckets, u *customer) {
	out.add([]string{u.Created.UTC().Format(time.DateOnly), u.Address.State, u.Tier, strconv.FormatBool(u.Anonymised)}, whole(1), whole(u.Points))
}

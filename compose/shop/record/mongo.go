// Package record has the rows and documents of the shop as its databases hold them.
package record

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Address is where somebody lives or a parcel goes. Street is nil after anonymising.
type Address struct {
	Street *string `bson:"street"`
	City   string  `bson:"city"`
	State  string  `bson:"state"`
	Zip    string  `bson:"zip"`
}

// User is a document of shop.users.
type User struct {
	ID         bson.ObjectID `bson:"_id"`
	Name       string        `bson:"name"`
	Email      *string       `bson:"email"`
	Phone      *string       `bson:"phone"`
	Address    Address       `bson:"address"`
	Tier       string        `bson:"tier"`
	Points     int64         `bson:"points"`
	Anonymised bool          `bson:"anonymised"`
	CreatedAt  time.Time     `bson:"created_at"`
	UpdatedAt  time.Time     `bson:"updated_at"`
}

// Product is a document of shop.products.
type Product struct {
	ID         string      `bson:"_id"`
	Name       string      `bson:"name"`
	Category   *string     `bson:"category"`
	Price      money.Cents `bson:"price"`
	Currency   string      `bson:"currency"`
	Stock      int32       `bson:"stock"`
	WeightG    *int32      `bson:"weight_g"`
	Active     bool        `bson:"active"`
	Attributes bson.D      `bson:"attributes,omitempty"`
	CreatedAt  time.Time   `bson:"created_at"`
	UpdatedAt  time.Time   `bson:"updated_at"`
}

// Item is one line of an order. It is worth Price * Quantity; Refunded is how much of that has been given back.
type Item struct {
	ProductID string      `bson:"product_id"`
	SellerID  string      `bson:"seller_id"`
	Category  *string     `bson:"category"`
	Quantity  int32       `bson:"quantity"`
	Price     money.Cents `bson:"price"`
	Freight   money.Cents `bson:"freight"`
	Refunded  money.Cents `bson:"refunded"`
}

// Worth is what the item cost, without freight.
func (i Item) Worth() money.Cents { return i.Price * money.Cents(i.Quantity) }

// Reached is an entry of an order's history.
type Reached struct {
	Status string    `bson:"status"`
	At     time.Time `bson:"at"`
}

// Order is a document of shop.orders. A status stands at most once in its history.
type Order struct {
	ID          string        `bson:"_id"`
	CustomerID  bson.ObjectID `bson:"customer_id"`
	Status      string        `bson:"status"`
	Channel     string        `bson:"channel"`
	Currency    string        `bson:"currency"`
	Shipping    Address       `bson:"shipping"`
	Items       []Item        `bson:"items"`
	History     []Reached     `bson:"history"`
	PurchasedAt time.Time     `bson:"purchased_at"`
	EstimatedAt *time.Time    `bson:"estimated_at"`
	UpdatedAt   time.Time     `bson:"updated_at"`
}

// Order statuses.
const (
	Created     = "created"
	Approved    = "approved"
	Invoiced    = "invoiced"
	Processing  = "processing"
	Shipped     = "shipped"
	Delivered   = "delivered"
	Canceled    = "canceled"
	Unavailable = "unavailable"
)

// Total is what the customer pays: items and freight.
func (o *Order) Total() money.Cents {
	var sum money.Cents
	for _, i := range o.Items {
		sum += i.Worth() + i.Freight
	}
	return sum
}

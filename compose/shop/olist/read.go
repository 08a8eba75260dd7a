package olist

import (
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// purchase is an order with everything that hangs on it.
type purchase struct {
	record.Order
	status                       string
	approved, shipped, delivered time.Time
	customer                     *record.User
	payments                     []payment
}

type payment struct {
	sequence     int
	method       string
	installments int
	amount       money.Cents
}

// data is the whole folder, joined.
type data struct {
	products  []*record.Product
	purchases []*purchase
}

func read(dir string) (*data, error) {
	r := &reader{dir: dir, english: map[string]string{}, products: map[string]*record.Product{}, users: map[string]*record.User{}, orders: map[string]*purchase{}}
	for _, step := range []func() error{r.readCategories, r.readProducts, r.readCustomers, r.readOrders, r.readItems, r.readPayments} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &r.data, nil
}

type reader struct {
	data
	dir      string
	english  map[string]string
	products map[string]*record.Product
	users    map[string]*record.User
	orders   map[string]*purchase
}

const currency = "BRL"

func (r *reader) readCategories() error {
	return each(r.dir, "product_category_name_translation.csv", func(t *table) {
		r.english[t.text("product_category_name")] = t.text("product_category_name_english")
	})
}

func (r *reader) readProducts() error {
	return each(r.dir, "olist_products_dataset.csv", func(t *table) {
		id := t.text("product_id")
		p := &record.Product{ID: id, Name: "product " + prefix(id, 8), Currency: currency, Stock: 100, Active: true}
		if category := t.text("product_category_name"); category != "" {
			if english := r.english[category]; english != "" {
				category = english
			}
			p.Category, p.Name = &category, category+" "+prefix(id, 8)
		}
		if t.text("product_weight_g") != "" {
			weight := int32(t.number("product_weight_g"))
			p.WeightG = &weight
		}
		p.Attributes = bson.D{{Key: "photos", Value: int32(t.number("product_photos_qty"))}, {Key: "size_cm", Value: bson.A{
			int32(t.number("product_length_cm")), int32(t.number("product_width_cm")), int32(t.number("product_height_cm"))}}}
		r.products[id] = p
		r.data.products = append(r.data.products, p)
	})
}

func (r *reader) readCustomers() error {
	return each(r.dir, "olist_customers_dataset.csv", func(t *table) {
		id := t.text("customer_id")
		oid, err := bson.ObjectIDFromHex(prefix(id, 24))
		if err != nil {
			t.fail("customer_id", err)
		}
		email := prefix(t.text("customer_unique_id"), 12) + "@example.com"
		r.users[id] = &record.User{ID: oid, Name: "customer " + prefix(id, 8), Email: &email, Tier: "bronze",
			Address: record.Address{City: t.text("customer_city"), State: t.text("customer_state"), Zip: t.text("customer_zip_code_prefix")}}
	})
}

func (r *reader) readOrders() error {
	return each(r.dir, "olist_orders_dataset.csv", func(t *table) {
		customer := r.users[t.text("customer_id")]
		if customer == nil {
			t.fail("customer_id", fmt.Errorf("no such customer"))
			return
		}
		p := &purchase{status: t.text("order_status"), customer: customer, approved: t.at("order_approved_at"),
			shipped: t.at("order_delivered_carrier_date"), delivered: t.at("order_delivered_customer_date")}
		estimated := t.at("order_estimated_delivery_date")
		p.Order = record.Order{ID: t.text("order_id"), CustomerID: customer.ID, Status: record.Created, Channel: "marketplace", Currency: currency,
			Shipping: customer.Address, Items: []record.Item{}, PurchasedAt: t.at("order_purchase_timestamp"), EstimatedAt: &estimated}
		customer.CreatedAt, customer.UpdatedAt = p.PurchasedAt, p.PurchasedAt
		r.orders[p.ID] = p
		r.purchases = append(r.purchases, p)
	})
}

func (r *reader) readItems() error {
	return each(r.dir, "olist_order_items_dataset.csv", func(t *table) {
		order, product := r.orders[t.text("order_id")], r.products[t.text("product_id")]
		if order == nil || product == nil {
			t.fail("order_id", fmt.Errorf("no such order or product"))
			return
		}
		item := record.Item{ProductID: product.ID, SellerID: t.text("seller_id"), Category: product.Category, Quantity: 1, Price: t.money("price"), Freight: t.money("freight_value")}
		order.Items = append(order.Items, item)
		if product.CreatedAt.IsZero() || order.PurchasedAt.Before(product.CreatedAt) {
			product.CreatedAt, product.UpdatedAt, product.Price = order.PurchasedAt, order.PurchasedAt, item.Price
		}
	})
}

func (r *reader) readPayments() error {
	return each(r.dir, "olist_order_payments_dataset.csv", func(t *table) {
		order := r.orders[t.text("order_id")]
		if order == nil {
			t.fail("order_id", fmt.Errorf("no such order"))
			return
		}
		order.payments = append(order.payments, payment{sequence: t.number("payment_sequential"), method: t.text("payment_type"),
			installments: t.number("payment_installments"), amount: t.money("payment_value")})
	})
}

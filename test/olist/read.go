// Package olist computes the answers of the analysis queries from the CSV files of the Olist data set, in a way that
// shares nothing with the pipeline: no database, no code of the shop, only the files and what docs/shop.md says becomes
// of canceled orders.
package olist

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Order is a line of the orders file with what the others say of it. Money is in cents.
type Order struct {
	ID, Status, Person, State, City         string
	Purchased, Approved, Shipped, Delivered time.Time
	Estimated                               time.Time
	Items                                   []Item
	Payments                                []Payment
}

// Item is a line of the items file.
type Item struct {
	Product, Seller, Category string
	Price, Freight            int64
}

// Payment is a line of the payments file.
type Payment struct {
	Method       string
	Installments int64
	Amount       int64
}

// Read takes the files of a folder together, orders in the order of their file.
func Read(dir string) ([]*Order, error) {
	var orders []*Order
	byID, category, english := map[string]*Order{}, map[string]string{}, map[string]string{}
	type place struct{ person, state, city string }
	customers := map[string]place{}
	err := errors.Join(
		lines(dir, "product_category_name_translation.csv", func(f func(string) string) {
			english[f("product_category_name")] = f("product_category_name_english")
		}),
		lines(dir, "olist_products_dataset.csv", func(f func(string) string) {
			name := f("product_category_name")
			if english[name] != "" {
				name = english[name]
			}
			if name == "" {
				name = "(none)"
			}
			category[f("product_id")] = name
		}),
		lines(dir, "olist_customers_dataset.csv", func(f func(string) string) {
			customers[f("customer_id")] = place{f("customer_unique_id")[:12], f("customer_state"), f("customer_city")}
		}),
		lines(dir, "olist_orders_dataset.csv", func(f func(string) string) {
			c := customers[f("customer_id")]
			o := &Order{ID: f("order_id"), Status: f("order_status"), Person: c.person, State: c.state, City: c.city, Purchased: at(f("order_purchase_timestamp")),
				Approved: at(f("order_approved_at")), Shipped: at(f("order_delivered_carrier_date")), Delivered: at(f("order_delivered_customer_date")),
				Estimated: at(f("order_estimated_delivery_date"))}
			orders, byID[o.ID] = append(orders, o), o
		}),
		lines(dir, "olist_order_items_dataset.csv", func(f func(string) string) {
			o := byID[f("order_id")]
			o.Items = append(o.Items, Item{f("product_id"), f("seller_id"), category[f("product_id")], cents(f("price")), cents(f("freight_value"))})
		}),
		lines(dir, "olist_order_payments_dataset.csv", func(f func(string) string) {
			o := byID[f("order_id")]
			n, _ := strconv.ParseInt(f("payment_installments"), 10, 64)
			o.Payments = append(o.Payments, Payment{f("payment_type"), n, cents(f("payment_value"))})
		}))
	return orders, err
}

// lines calls take for each line of a file, with a function that gives a field by its name.
func lines(dir, name string, take func(field func(string) string)) error {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	index := map[string]int{}
	for i, h := range header {
		index[strings.TrimPrefix(h, "\ufeff")] = i
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		take(func(field string) string { return record[index[field]] })
	}
}

func at(text string) time.Time {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func cents(text string) int64 {
	whole, fraction, _ := strings.Cut(text, ".")
	n, _ := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return n
}

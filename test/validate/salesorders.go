package validate

import (
	"math/big"
	"strconv"
	"time"
)

// salesOfOrders are the aggregates that look at an order as a whole, at who bought, and at the way of its statuses.
func salesOfOrders() []sale {
	return []sale{
		{name: "baskets", from: "shop.orders", dimensions: []string{"day", "channel", "currency", "worth_from", "empty"}, measures: []string{"orders", "gross"},
			recompute: overDocuments("orders", addBasket)},
		{name: "categories", from: "shop.orders", dimensions: []string{"day", "category", "currency"}, measures: []string{"items", "gross", "refunded"},
			recompute: overDocuments("orders", addCategories)},
		{name: "sellers", from: "shop.orders", dimensions: []string{"day", "seller_id", "currency"}, measures: []string{"items", "gross", "freight", "refunded"},
			recompute: overDocuments("orders", addSellers)},
		{name: "places", from: "shop.orders", dimensions: []string{"day", "state", "city", "currency"}, measures: []string{"orders", "items", "gross", "refunded", "net"},
			recompute: overDocuments("orders", addPlace)},
		{name: "customer_days", from: "shop.orders", dimensions: []string{"day", "customer_id", "currency"}, measures: []string{"orders", "kept", "items", "gross", "refunded", "net"},
			recompute: overDocuments("orders", addCustomerDay)},
		{name: "reached", from: "shop.orders", dimensions: []string{"day", "channel", "status"}, measures: []string{"orders", "seconds"},
			recompute: overDocuments("orders", addReached)},
		{name: "steps", from: "shop.orders", dimensions: []string{"day", "channel", "from_status", "to_status"}, measures: []string{"orders", "seconds"},
			recompute: overDocuments("orders", addSteps)},
	}
}

func (o *soldOrder) day() string { return o.Purchased.UTC().Format(time.DateOnly) }

// kept is false for an order that came to nothing.
func (o *soldOrder) kept() bool { return o.Status != "canceled" && o.Status != "unavailable" }

// worth adds up an order's items.
func (o *soldOrder) worth() (items int64, gross, refunded, net *big.Rat) {
	gross, refunded, net = new(big.Rat), new(big.Rat), new(big.Rat)
	for _, i := range o.Items {
		items += i.Quantity
		gross.Add(gross, i.gross())
		refunded.Add(refunded, money(i.Refunded))
	}
	if o.kept() {
		net.Sub(gross, refunded)
	}
	return items, gross, refunded, net
}

// basketStep is the width of a step of baskets, basketSteps the number of the last.
const basketStep, basketSteps = 25, 400

func addBasket(out buckets, o *soldOrder) {
	_, gross, _, _ := o.worth()
	step := new(big.Int).Quo(gross.Num(), new(big.Int).Mul(gross.Denom(), big.NewInt(basketStep))).Int64()
	from := strconv.FormatInt(min(step, basketSteps)*basketStep, 10)
	out.add([]string{o.day(), o.Channel, o.Currency, from, strconv.FormatBool(len(o.Items) == 0)}, whole(1), gross)
}

func addCategories(out buckets, o *soldOrder) {
	for _, i := range o.Items {
		out.add([]string{o.day(), i.category(), o.Currency}, whole(i.Quantity), i.gross(), money(i.Refunded))
	}
}

func addSellers(out buckets, o *soldOrder) {
	for _, i := range o.Items {
		out.add([]string{o.day(), i.Seller, o.Currency}, whole(i.Quantity), i.gross(), money(i.Freight), money(i.Refunded))
	}
}

func addPlace(out buckets, o *soldOrder) {
	items, gross, refunded, net := o.worth()
	out.add([]string{o.day(), o.Shipping.State, o.Shipping.City, o.Currency}, whole(1), whole(items), gross, refunded, net)
}

func addCustomerDay(out buckets, o *soldOrder) {
	items, gross, refunded, net := o.worth()
	kept := int64(0)
	if o.kept() {
		kept = 1
	}
	out.add([]string{o.day(), o.Customer.Hex(), o.Currency}, whole(1), whole(kept), whole(items), gross, refunded, net)
}

// addReached counts a status that an order comes to twice once, at its first time.
func addReached(out buckets, o *soldOrder) {
	seen := map[string]bool{}
	for _, h := range o.History {
		if !seen[h.Status] {
			seen[h.Status] = true
			out.add([]string{o.day(), o.Channel, h.Status}, whole(1), whole(h.At.Unix()-o.Purchased.Unix()))
		}
	}
}

func addSteps(out buckets, o *soldOrder) {
	for i := 1; i < len(o.History); i++ {
		from, to := o.History[i-1], o.History[i]
		out.add([]string{o.day(), o.Channel, from.Status, to.Status}, whole(1), whole(to.At.Unix()-from.At.Unix()))
	}
}

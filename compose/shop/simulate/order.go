package simulate

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

const day = 24 * time.Hour

// purchase is an order under way, with what was paid for it and is still owed back.
type purchase struct {
	shop     *Shop
	order    *record.Order
	customer *record.User
	payments []*record.Transaction // captured
	refunded money.Cents
	ended    bool // canceled or unavailable: later steps of the plan are void
}

// place puts an order into the shop and plans its payment.
func (s *Shop) place() {
	u := pick(s.chance, s.users)
	estimated := s.now.Add(s.within(5*day, 14*day)).Truncate(day)
	o := &record.Order{ID: s.hex(32), CustomerID: u.ID, Status: record.Created, Shipping: u.Address, PurchasedAt: s.now, UpdatedAt: s.now, EstimatedAt: &estimated,
		Channel:  weighted(s.chance, []string{"web", "app", "marketplace", "phone"}, []int{50, 35, 12, 3}),
		Currency: weighted(s.chance, []string{"BRL", "USD"}, []int{94, 6}),
		History:  []record.Reached{{Status: record.Created, At: s.now}}}
	goods := s.basket(o)
	p := &purchase{shop: s, order: o, customer: u}
	s.emit(o.ID, change.OrderPlaced(o))
	for i, g := range goods {
		s.sell(g, o.Items[i].Quantity)
	}
	s.after(s.within(10*time.Second, 20*time.Minute), p.checkout)
	if s.happens(0.03) {
		s.after(s.within(time.Hour, 2*day), p.readdress)
	}
}

// basket fills an order and gives the products of its items.
func (s *Shop) basket(o *record.Order) []*record.Product {
	var goods []*record.Product
	for range weighted(s.chance, []int{1, 2, 3, 5}, []int{75, 16, 7, 2}) {
		g := pick(s.chance, s.products)
		price := g.Price
		if o.Currency == "USD" {
			price = max(1_00, price/5)
		}
		o.Items = append(o.Items, record.Item{ProductID: g.ID, SellerID: s.seller(), Category: g.Category, Price: price,
			Quantity: weighted(s.chance, []int32{1, 2, 4}, []int{88, 10, 2}), Freight: money.Cents(s.between(5_00, 45_00))})
		goods = append(goods, g)
	}
	return goods
}

// move takes the order to a status, once.
func (p *purchase) move(status string, more ...change.Change) {
	p.order.Status = status
	p.shop.emit(p.order.ID, append([]change.Change{change.OrderMoved(p.order.ID, status, p.shop.now)}, more...)...)
}

// next plans what follows, unless the order has ended by then.
func (p *purchase) next(low, high time.Duration, do func()) {
	p.shop.after(p.shop.within(low, high), func() {
		if !p.ended {
			do()
		}
	})
}

func (p *purchase) readdress() {
	if p.ended || p.order.Status == record.Shipped || p.order.Status == record.Delivered {
		return
	}
	p.order.Shipping = p.shop.address()
	p.shop.emit(p.order.ID, change.OrderReaddressed(p.order.ID, p.order.Shipping, p.shop.now))
}

// end gives everything back that was paid, and takes the order out of the way.
func (p *purchase) end(status string, more ...change.Change) {
	p.ended = true
	p.move(status, more...)
	p.refundAll()
}

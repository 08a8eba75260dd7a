package simulate

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

const parcel = 1

// approve follows the payment: the parcel is prepared, or there is nothing to put into it.
func (p *purchase) approve() {
	s := p.shop
	if p.shop.happens(0.01) {
		p.end(record.Unavailable)
		return
	}
	d := &record.Delivery{OrderID: p.order.ID, Parcel: parcel, TransactionID: &p.payments[0].ID, Carrier: pick(s.chance, []string{"correios", "jadlog", "loggi", "azul cargo"}),
		State: p.order.Shipping.State, Cost: p.freight(), Currency: p.order.Currency, EstimatedAt: *p.order.EstimatedAt, UpdatedAt: s.now}
	p.move(record.Approved, change.ParcelPrepared(d))
	if s.happens(0.03) {
		p.next(time.Hour, day, func() { p.end(record.Canceled, change.ParcelUnpacked(p.order.ID, parcel)) })
		return
	}
	p.next(time.Hour, 12*time.Hour, func() {
		p.move(record.Processing)
		p.next(2*time.Hour, 2*day, p.ship)
	})
}

func (p *purchase) freight() (sum money.Cents) {
	for _, i := range p.order.Items {
		sum += i.Freight
	}
	return sum * 4 / 5
}

func (p *purchase) ship() {
	tracking := "BR" + p.shop.hex(10)
	p.move(record.Shipped, change.ParcelShipped(p.order.ID, parcel, &tracking, p.shop.now))
	slack := p.order.EstimatedAt.Sub(p.shop.now)
	switch {
	case p.shop.happens(0.01):
		p.next(6*day, 15*day, p.lose)
	case p.shop.happens(0.10):
		p.next(max(slack, 0)+day, max(slack, 0)+8*day, p.arrive)
	default:
		p.next(day, 5*day, p.arrive)
	}
	if p.shop.happens(0.05) {
		p.next(day, 3*day, p.delay)
	}
}

// delay is the carrier's promise of another day.
func (p *purchase) delay() {
	if p.order.Status != record.Shipped {
		return
	}
	later := p.order.EstimatedAt.Add(time.Duration(p.shop.between(1, 5)) * day)
	p.order.EstimatedAt = &later
	p.shop.emit(p.order.ID, change.ParcelDelayed(p.order.ID, parcel, later, p.shop.now))
}

func (p *purchase) arrive() {
	p.move(record.Delivered, change.ParcelArrived(p.order.ID, parcel, p.shop.now))
	p.shop.reward(p.customer, p.order.Total())
	switch {
	case p.shop.happens(0.08):
		p.next(time.Hour, 5*day, p.requestReturn)
	case p.shop.happens(0.02):
		p.next(time.Hour, 15*day, p.goodwill)
	}
}

// lose gives back what never came.
func (p *purchase) lose() {
	p.ended = true
	p.shop.emit(p.order.ID, change.ParcelLost(p.order.ID, parcel, p.shop.now))
	p.refundAll()
}

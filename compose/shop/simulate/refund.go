package simulate

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

// refundAll gives back every payment, freight too, and marks every item.
func (p *purchase) refundAll() {
	for _, t := range p.payments {
		p.giveBack(t, t.Amount)
	}
	if len(p.payments) == 0 {
		return
	}
	for i := range p.order.Items {
		p.mark(i, p.order.Items[i].Worth())
	}
}

// refundItem gives back part of one item from the largest payment, no more than is left of both.
func (p *purchase) refundItem(i int, amount money.Cents) {
	t := p.largest()
	item := &p.order.Items[i]
	amount = min(amount, item.Worth()-item.Refunded, t.Amount-p.refunded)
	if amount <= 0 {
		return
	}
	p.giveBack(t, amount)
	p.mark(i, item.Refunded+amount)
}

func (p *purchase) largest() *record.Transaction {
	best := p.payments[0]
	for _, t := range p.payments {
		if t.Amount > best.Amount {
			best = t
		}
	}
	return best
}

// giveBack starts a refund now; the bank takes days to confirm it.
func (p *purchase) giveBack(t *record.Transaction, amount money.Cents) {
	s := p.shop
	p.refunded += amount
	back := &record.Transaction{ID: s.uuid(), OrderID: p.order.ID, PaymentID: &t.ID, Kind: record.Refund, Method: t.Method, Status: record.Pending, Amount: amount,
		Currency: t.Currency, Installments: 1, Attempt: 1, Details: s.details(), CreatedAt: s.now}
	s.emit(p.order.ID, change.PaymentStarted(back))
	s.after(s.within(2*time.Hour, 5*day), func() { s.emit(p.order.ID, change.PaymentMoved(back.ID, record.Captured, nil, s.now)) })
}

// mark writes into the order how much of an item has been given back in all.
func (p *purchase) mark(i int, refunded money.Cents) {
	p.order.Items[i].Refunded = refunded
	p.shop.emit(p.order.ID, change.ItemRefunded(p.order.ID, i, refunded, p.shop.now))
}

// goodwill is part of the price back, without a return.
func (p *purchase) goodwill() {
	i := p.shop.IntN(len(p.order.Items))
	p.refundItem(i, p.order.Items[i].Worth()*money.Cents(p.shop.between(5, 30))/100)
}

package simulate

import (
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

var methods = []string{"credit_card", "boleto", "pix", "debit_card", "voucher"}
var methodWeights = []int{70, 14, 9, 4, 3}

const attempts = 3

// checkout pays in one go, or with a voucher and a rest.
func (p *purchase) checkout() {
	owed := p.order.Total()
	if p.shop.happens(0.05) && owed > 20_00 {
		voucher := owed / money.Cents(p.shop.between(3, 6))
		p.capture(p.pay(voucher, "voucher", 1))
		owed -= voucher
	}
	p.try(owed, 1)
}

// try pays an amount; a payment that fails is tried again, in the end the order is canceled.
func (p *purchase) try(amount money.Cents, attempt int16) {
	t := p.pay(amount, weighted(p.shop.chance, methods, methodWeights), attempt)
	answer := func() { p.answered(t) }
	if t.Method == "boleto" {
		p.next(2*time.Hour, 3*day, answer)
		return
	}
	p.next(time.Second, 10*time.Minute, answer)
}

func (p *purchase) answered(t *record.Transaction) {
	if !p.shop.happens(0.13) {
		p.capture(t)
		p.next(time.Minute, time.Hour, p.approve)
		return
	}
	p.fail(t)
	if t.Attempt == attempts || p.shop.happens(0.25) {
		p.next(time.Hour, day, func() { p.end(record.Canceled) })
		return
	}
	p.next(time.Minute, 6*time.Hour, func() { p.try(t.Amount, t.Attempt+1) })
}

func (p *purchase) pay(amount money.Cents, method string, attempt int16) *record.Transaction {
	s := p.shop
	t := &record.Transaction{ID: s.uuid(), OrderID: p.order.ID, Kind: record.Payment, Method: method, Status: record.Pending, Amount: amount,
		Currency: p.order.Currency, Installments: 1, Attempt: attempt, Details: s.details(), CreatedAt: s.now}
	if method == "credit_card" {
		t.Installments = int16(weighted(s.chance, []int{1, 2, 3, 6, 10}, []int{50, 15, 15, 12, 8}))
	}
	s.emit(p.order.ID, change.PaymentStarted(t))
	return t
}

func (p *purchase) capture(t *record.Transaction) {
	p.payments = append(p.payments, t)
	p.shop.emit(p.order.ID, change.PaymentMoved(t.ID, record.Captured, nil, p.shop.now))
}

// fail records why; what came to nothing is purged weeks later.
func (p *purchase) fail(t *record.Transaction) {
	reason := pick(p.shop.chance, []string{"insufficient_funds", "expired_card", "do_not_honor", "fraud_suspected", "timeout"})
	p.shop.emit(p.order.ID, change.PaymentMoved(t.ID, record.Failed, &reason, p.shop.now))
	p.shop.after(p.shop.within(10*day, 20*day), func() { p.shop.emit(p.order.ID, change.PaymentPurged(t.ID)) })
}

func (s *Shop) details() string {
	return fmt.Sprintf(`{"gateway": %q, "risk": 0.%02d, "device": {"ip": "10.%d.%d.%d", "app": %t}}`,
		pick(s.chance, []string{"cielo", "stone", "rede"}), s.IntN(100), s.IntN(256), s.IntN(256), s.IntN(256), s.happens(0.4))
}

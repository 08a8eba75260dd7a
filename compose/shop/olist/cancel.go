package olist

import (
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

// cancel ends an order. What was captured is given back over the next days; what was not is voided.
func (h *history) cancel() {
	var changes []change.Change
	if h.shipped.IsZero() && !h.approved.IsZero() {
		changes = append(changes, change.ParcelUnpacked(h.ID, parcel))
	}
	if h.approved.IsZero() {
		for _, p := range h.payments {
			changes = append(changes, change.PaymentMoved(h.transaction(record.Payment, p.sequence), record.Voided, nil, h.at))
		}
		h.move(h.status, changes...)
		return
	}
	h.move(h.status, changes...)
	if h.paid() > 0 {
		h.giveBack()
	}
}

func (h *history) paid() (sum money.Cents) {
	for _, p := range h.payments {
		sum += p.amount
	}
	return sum
}

// giveBack opens a return, accepts it a day later under its final number, and refunds every payment and item.
func (h *history) giveBack() {
	number := change.Requested(prefix(h.ID, 16))
	r := &record.Return{Number: number, TransactionID: h.transaction(record.Payment, h.largest().sequence), OrderID: h.ID, Reason: h.status,
		Amount: h.paid(), Currency: currency, Status: record.Requested, OpenedAt: h.at}
	if len(h.Items) > 0 {
		r.Category = h.Items[0].Category
	}
	h.do(change.ReturnOpened(r))
	h.reach(h.at.Add(day))
	h.do(change.ReturnAccepted(number, h.at))
	h.reach(h.at.Add(2 * day))
	h.refund()
	h.reach(h.at.Add(3 * day))
	h.confirm(change.Accepted(number))
}

func (h *history) refund() {
	var changes []change.Change
	for _, p := range h.payments {
		if p.amount == 0 {
			continue
		}
		payment := h.transaction(record.Payment, p.sequence)
		changes = append(changes, change.PaymentStarted(&record.Transaction{ID: h.transaction(record.Refund, p.sequence), OrderID: h.ID, PaymentID: &payment, Kind: record.Refund,
			Method: p.method, Status: record.Pending, Amount: p.amount, Currency: currency, Installments: 1, Attempt: 1, Details: "{}", CreatedAt: h.at}))
	}
	for i, item := range h.Items {
		changes = append(changes, change.ItemRefunded(h.ID, i, item.Worth(), h.at))
	}
	h.do(changes...)
}

// confirm ends refunds and return when the bank has paid.
func (h *history) confirm(number string) {
	var changes []change.Change
	for _, p := range h.payments {
		if p.amount > 0 {
			changes = append(changes, change.PaymentMoved(h.transaction(record.Refund, p.sequence), record.Captured, nil, h.at))
		}
	}
	closed := h.at
	h.do(append(changes, change.ReturnMoved(number, record.Refunded, &closed, h.at))...)
}

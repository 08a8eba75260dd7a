package olist

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

const (
	parcel = 1
	day    = 24 * time.Hour
)

// purchased inserts the order and its payments, which are pending until the order is approved.
func (h *history) purchased() {
	o := h.Order
	o.UpdatedAt, o.History = h.at, []record.Reached{{Status: record.Created, At: h.at}}
	changes := []change.Change{change.OrderPlaced(&o)}
	for _, p := range h.payments {
		changes = append(changes, change.PaymentStarted(&record.Transaction{ID: h.transaction(record.Payment, p.sequence), OrderID: h.ID, Kind: record.Payment, Method: p.method,
			Status: record.Pending, Amount: p.amount, Currency: currency, Installments: int16(p.installments), Attempt: 1,
			Details: fmt.Sprintf(`{"sequence": %d}`, p.sequence), CreatedAt: h.at}))
	}
	h.do(changes...)
}

// accepted captures the payments and prepares the parcel.
func (h *history) accepted() []change.Change {
	var changes []change.Change
	for _, p := range h.payments {
		changes = append(changes, change.PaymentMoved(h.transaction(record.Payment, p.sequence), record.Captured, nil, h.at))
	}
	var cost money.Cents
	for _, i := range h.Items {
		cost += i.Freight
	}
	d := &record.Delivery{OrderID: h.ID, Parcel: parcel, Carrier: "correios", State: h.Shipping.State, Cost: cost, Currency: currency, EstimatedAt: *h.EstimatedAt, UpdatedAt: h.at}
	if len(h.payments) > 0 {
		id := h.transaction(record.Payment, h.largest().sequence)
		d.TransactionID = &id
	}
	return append(changes, change.ParcelPrepared(d))
}

// finish reaches the status that the data ends with, where no time says so already.
func (h *history) finish() {
	switch h.status {
	case record.Invoiced, record.Processing:
		h.reach(h.at.Add(time.Hour))
		h.move(h.status)
	case record.Canceled, record.Unavailable:
		h.reach(h.at.Add(day))
		h.cancel()
	case record.Delivered:
		if h.delivered.IsZero() { // delivered, but nobody wrote down when
			h.reach(h.at.Add(day))
			h.move(record.Delivered)
		}
	}
}

func (h *history) largest() payment {
	best := h.payments[0]
	for _, p := range h.payments {
		if p.amount > best.amount {
			best = p
		}
	}
	return best
}

// transaction gives a payment or refund the same id on every load.
func (h *history) transaction(kind string, sequence int) string {
	b := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", h.ID, kind, sequence))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // UUID version 8: made by a rule of one's own
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

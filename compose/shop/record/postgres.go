package record

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/money"
)

// Transaction is a row of transactions: a payment attempt, or a refund of the payment PaymentID.
type Transaction struct {
	ID           string
	OrderID      string
	PaymentID    *string
	Kind         string
	Method       string
	Status       string
	Amount       money.Cents
	Currency     string
	Installments int16
	Attempt      int16
	Details      string // JSON
	CreatedAt    time.Time
}

// Transaction kinds and statuses.
const (
	Payment  = "payment"
	Refund   = "refund"
	Pending  = "pending"
	Captured = "captured"
	Failed   = "failed"
	Voided   = "voided"
)

// Delivery is a row of deliveries, keyed by (OrderID, Parcel).
type Delivery struct {
	OrderID       string
	Parcel        int16
	TransactionID *string
	Carrier       string
	State         string
	Cost          money.Cents
	Currency      string
	EstimatedAt   time.Time
	UpdatedAt     time.Time
}

// Delivery statuses; a delivered one is Delivered, as the order.
const (
	Preparing = "preparing"
	InTransit = "in_transit"
	Lost      = "lost"
)

// Return is a row of returns, keyed by Number, which changes when a request is accepted.
type Return struct {
	Number        string
	TransactionID string
	OrderID       string
	Reason        string
	Category      *string
	Amount        money.Cents
	Currency      string
	Status        string
	Notes         *string
	OpenedAt      time.Time
	ClosedAt      *time.Time
}

// Return statuses.
const (
	Requested = "requested"
	Accepted  = "accepted"
	Received  = "received"
	Refunded  = "refunded"
	Rejected  = "rejected"
)

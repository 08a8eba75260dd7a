package change

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

// PaymentStarted inserts a payment or refund as its Status says.
func PaymentStarted(t *record.Transaction) Change {
	return Change{Table: Transactions, Op: Insert,
		SQL: `INSERT INTO transactions (id, order_id, payment_id, kind, method, status, amount, currency, installments, attempt, details, created_at, updated_at)
VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$12) ON CONFLICT DO NOTHING`,
		Args: []any{t.ID, t.OrderID, t.PaymentID, t.Kind, t.Method, t.Status, t.Amount.String(), t.Currency, t.Installments, t.Attempt, t.Details, t.CreatedAt}}
}

// PaymentMoved sets a transaction's status; reason is nil unless it failed.
func PaymentMoved(id, status string, reason *string, at time.Time) Change {
	return Change{Table: Transactions, Op: Update,
		SQL:  `UPDATE transactions SET status = $2, failure_reason = $3, updated_at = $4 WHERE id = $1`,
		Args: []any{id, status, reason, at}}
}

// PaymentPurged removes a transaction that came to nothing.
func PaymentPurged(id string) Change {
	return Change{Table: Transactions, Op: Delete, SQL: `DELETE FROM transactions WHERE id = $1`, Args: []any{id}}
}

// ParcelPrepared inserts a delivery.
func ParcelPrepared(d *record.Delivery) Change {
	return Change{Table: Deliveries, Op: Insert,
		SQL: `INSERT INTO deliveries (order_id, parcel, transaction_id, carrier, status, state, cost, currency, estimated_at, updated_at)
VALUES ($1,$2,$3,$4,'preparing',$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING`,
		Args: []any{d.OrderID, d.Parcel, d.TransactionID, d.Carrier, d.State, d.Cost.String(), d.Currency, d.EstimatedAt, d.UpdatedAt}}
}

// ParcelShipped hands a parcel to its carrier.
func ParcelShipped(order string, parcel int16, tracking *string, at time.Time) Change {
	return Change{Table: Deliveries, Op: Update,
		SQL:  `UPDATE deliveries SET status = 'in_transit', tracking = $3, shipped_at = $4, updated_at = $4 WHERE order_id = $1 AND parcel = $2`,
		Args: []any{order, parcel, tracking, at}}
}

// ParcelDelayed moves the day on which a parcel is expected.
func ParcelDelayed(order string, parcel int16, estimated, at time.Time) Change {
	return Change{Table: Deliveries, Op: Update,
		SQL:  `UPDATE deliveries SET estimated_at = $3, updated_at = $4 WHERE order_id = $1 AND parcel = $2`,
		Args: []any{order, parcel, estimated, at}}
}

// ParcelArrived ends a delivery.
func ParcelArrived(order string, parcel int16, at time.Time) Change {
	return Change{Table: Deliveries, Op: Update,
		SQL:  `UPDATE deliveries SET status = 'delivered', delivered_at = $3, updated_at = $3 WHERE order_id = $1 AND parcel = $2`,
		Args: []any{order, parcel, at}}
}

// ParcelLost gives a delivery up.
func ParcelLost(order string, parcel int16, at time.Time) Change {
	return Change{Table: Deliveries, Op: Update,
		SQL:  `UPDATE deliveries SET status = 'lost', updated_at = $3 WHERE order_id = $1 AND parcel = $2`,
		Args: []any{order, parcel, at}}
}

// ParcelUnpacked removes a delivery that never left.
func ParcelUnpacked(order string, parcel int16) Change {
	return Change{Table: Deliveries, Op: Delete, SQL: `DELETE FROM deliveries WHERE order_id = $1 AND parcel = $2`, Args: []any{order, parcel}}
}

// Requested gives the number of a return that is asked for, Accepted the one that it has once it is accepted.
func Requested(id string) string { return "REQ-" + id }

// Accepted takes what Requested gave.
func Accepted(requested string) string { return "RMA" + requested[len("REQ"):] }

// ReturnOpened inserts a return, unless a try whose answer was lost has inserted it and given it its final number since.
func ReturnOpened(r *record.Return) Change {
	return Change{Table: Returns, Op: Insert,
		SQL: `INSERT INTO returns (number, transaction_id, order_id, reason, category, amount, currency, status, notes, opened_at, closed_at, updated_at)
SELECT $1::text,$2::uuid,$3::text,$4::return_reason,$5::text,$6::numeric,$7::text,$8::return_status,$9::text,$10::timestamptz,$11::timestamptz,$10::timestamptz
WHERE NOT EXISTS (SELECT FROM returns WHERE number = $12) ON CONFLICT DO NOTHING`,
		Args: []any{r.Number, r.TransactionID, r.OrderID, r.Reason, r.Category, r.Amount.String(), r.Currency, r.Status, r.Notes, r.OpenedAt, r.ClosedAt, Accepted(r.Number)}}
}

// ReturnAccepted gives a return its final number: the key changes.
func ReturnAccepted(requested string, at time.Time) Change {
	return Change{Table: Returns, Op: Update,
		SQL:  `UPDATE returns SET number = $2, status = 'accepted', updated_at = $3 WHERE number = $1`,
		Args: []any{requested, Accepted(requested), at}}
}

// ReturnMoved sets a return's status; closed is nil while it is open.
func ReturnMoved(number, status string, closed *time.Time, at time.Time) Change {
	return Change{Table: Returns, Op: Update,
		SQL:  `UPDATE returns SET status = $2, closed_at = $3, updated_at = $4 WHERE number = $1`,
		Args: []any{number, status, closed, at}}
}

// ReturnWithdrawn removes a request that the customer took back.
func ReturnWithdrawn(number string) Change {
	return Change{Table: Returns, Op: Delete, SQL: `DELETE FROM returns WHERE number = $1`, Args: []any{number}}
}

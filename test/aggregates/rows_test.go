package aggregates

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// change is one kind of change; r makes it the same for the same seed.
type change struct {
	name string
	do   func(t *testing.T, s *rig, r *rand.Rand)
}

// when is a time of one of two years; some are near to midnight and to the full hour.
func when(r *rand.Rand) string {
	return fmt.Sprintf("'2025-%02d-%02d %02d:%02d:%02d.%06d+00'", 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1_000_000))
}

func one(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func text(r *rand.Rand, of ...string) string { return "'" + one(r, of...) + "'" }

// orNull is NULL now and then.
func orNull(r *rand.Rand, value string) string {
	if r.IntN(4) == 0 {
		return "NULL"
	}
	return value
}

func uuid(r *rand.Rand) string {
	return fmt.Sprintf("'%08x-0000-4000-8000-%012x'", r.Uint32(), r.Uint64()>>16)
}

func amount(r *rand.Rand) string { return fmt.Sprintf("%d.%02d", r.IntN(2000), r.IntN(100)) }

// payment is the values of a transaction's columns behind id, order_id, payment_id and kind.
func payment(r *rand.Rand) map[string]string {
	return map[string]string{
		"method": text(r, "credit_card", "debit_card", "boleto", "voucher", "pix", "not_defined"), "status": text(r, "pending", "captured", "failed", "voided"),
		"amount": amount(r), "currency": text(r, "BRL", "BRL", "USD"), "installments": fmt.Sprint(1 + r.IntN(12)), "attempt": fmt.Sprint(1 + r.IntN(3)),
		"failure_reason": orNull(r, text(r, "limit", "expired", "fraud")), "details": fmt.Sprintf(`'{"a": %d}'`, r.IntN(9)), "created_at": when(r), "updated_at": "now()",
	}
}

func delivery(r *rand.Rand) map[string]string {
	return map[string]string{
		"carrier": text(r, "post", "fast", "slow"), "status": text(r, "preparing", "in_transit", "delivered", "lost"), "state": text(r, "SP", "RJ", "MG"),
		"cost": amount(r), "currency": text(r, "BRL", "USD"), "tracking": orNull(r, text(r, "a", "b")), "estimated_at": when(r),
		"shipped_at": orNull(r, when(r)), "delivered_at": orNull(r, when(r)), "updated_at": "now()",
	}
}

func parcelReturn(r *rand.Rand) map[string]string {
	return map[string]string{
		"reason": text(r, "damaged", "wrong_item", "late", "changed_mind", "lost"), "category": orNull(r, text(r, "toys", "books", "garden")), "amount": amount(r),
		"currency": text(r, "BRL", "USD"), "status": text(r, "requested", "accepted", "received", "refunded", "rejected"), "notes": orNull(r, text(r, "x", "y")),
		"opened_at": when(r), "closed_at": orNull(r, when(r)), "updated_at": "now()",
	}
}

func insert(table string, values map[string]string) string {
	var columns, list []string
	for c, v := range values {
		columns, list = append(columns, c), append(list, v)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), strings.Join(list, ", "))
}

// set gives every column that is no key a new value.
func set(values map[string]string) string {
	var list []string
	for c, v := range values {
		list = append(list, c+" = "+v)
	}
	return strings.Join(list, ", ")
}

func with(values map[string]string, more map[string]string) map[string]string {
	for k, v := range more {
		values[k] = v
	}
	return values
}

// some picks about one row in n.
func some(r *rand.Rand, key string, n int) string {
	return fmt.Sprintf("abs(hashtext(%s::text || '%d')) %% %d = 0", key, r.IntN(1000), n)
}

// rowChanges are those in PostgreSQL.
func rowChanges() []change {
	return []change{
		{"rows inserted", func(t *testing.T, s *rig, r *rand.Rand) {
			for range 12 {
				id, order := uuid(r), text(r, "o1", "o2", "o3")
				s.sql(t, insert("transactions", with(payment(r), map[string]string{"id": id, "order_id": order, "kind": "'payment'"})))
				s.sql(t, insert("deliveries", with(delivery(r), map[string]string{"order_id": "'" + fmt.Sprint(r.IntN(1e9)) + "'", "parcel": "1", "transaction_id": orNull(r, id)})))
				s.sql(t, insert("returns", with(parcelReturn(r), map[string]string{"number": "'" + fmt.Sprint(r.IntN(1e9)) + "'", "transaction_id": id, "order_id": order})))
			}
		}},
		{"every column updated", func(t *testing.T, s *rig, r *rand.Rand) {
			s.sql(t, "UPDATE transactions SET "+set(payment(r))+" WHERE "+some(r, "id", 3))
			s.sql(t, "UPDATE deliveries SET "+set(delivery(r))+" WHERE "+some(r, "order_id", 3))
			s.sql(t, "UPDATE returns SET "+set(parcelReturn(r))+" WHERE "+some(r, "number", 3))
		}},
		{"keys changed", func(t *testing.T, s *rig, r *rand.Rand) {
			s.sql(t, "UPDATE deliveries SET order_id = order_id || 'k', parcel = parcel % 9 + 1 WHERE "+some(r, "order_id", 5))
			s.sql(t, "UPDATE returns SET number = number || 'k' WHERE "+some(r, "number", 5))
			s.sql(t, "UPDATE transactions AS t SET id = gen_random_uuid() WHERE "+some(r, "id", 5)+" AND NOT EXISTS (SELECT FROM transactions p WHERE p.payment_id = t.id) AND NOT EXISTS "+
				"(SELECT FROM deliveries d WHERE d.transaction_id = t.id) AND NOT EXISTS (SELECT FROM returns b WHERE b.transaction_id = t.id)")
		}},
		{"refunds months later", func(t *testing.T, s *rig, r *rand.Rand) {
			s.sql(t, `INSERT INTO transactions SELECT gen_random_uuid(), order_id, id, 'refund', method, 'captured', round(amount / 3, 2), currency, 1, 1, NULL, '{}', created_at + interval '4 months', now()
				FROM transactions WHERE kind = 'payment' AND `+some(r, "id", 6))
		}},
		{"rows deleted", func(t *testing.T, s *rig, r *rand.Rand) {
			s.sql(t, "DELETE FROM returns WHERE "+some(r, "number", 4))
			s.sql(t, "DELETE FROM deliveries WHERE "+some(r, "order_id", 4))
			s.sql(t, "DELETE FROM transactions AS t WHERE "+some(r, "id", 3)+" AND NOT EXISTS (SELECT FROM transactions p WHERE p.payment_id = t.id) AND NOT EXISTS "+
				"(SELECT FROM deliveries d WHERE d.transaction_id = t.id) AND NOT EXISTS (SELECT FROM returns b WHERE b.transaction_id = t.id)")
		}},
		{"a table truncated", func(t *testing.T, s *rig, r *rand.Rand) {
			s.sql(t, "TRUNCATE "+one(r, "returns", "deliveries", "transactions, deliveries, returns"))
		}},
		{"rows read again", func(t *testing.T, s *rig, r *rand.Rand) {
			s.again(t, "pg", "public."+one(r, "transactions", "deliveries", "returns"))
		}},
	}
}

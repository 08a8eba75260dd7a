package rows

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

const payments = `contract: 1
source: pg
table: public.payments
target: shop.payments
key: [id]
columns:
  - {name: id, type: uuid}
  - {name: order_id, type: text}
  - {name: kind, type: enum}
  - {name: amount, type: "numeric(12,2)"}
  - {name: currency, type: text, clickhouse: LowCardinality(String)}
  - {name: installments, type: smallint}
  - {name: attempt, type: integer}
  - {name: failure, type: text, nullable: true}
  - {name: details, type: jsonb}
  - {name: settled, type: boolean}
  - {name: created_at, type: timestamptz}
  - {name: updated_at, type: timestamptz}
`

func parseContract(t testing.TB, text string) *contract.Contract {
	t.Helper()
	c, err := contract.Parse([]byte(text))
	require.NoError(t, err)
	return c
}

func compile(t testing.TB, c *contract.Contract) *Builder {
	t.Helper()
	b, err := Compile(c)
	require.NoError(t, err)
	b.Begin(Place{Incarnation: "i1", Partition: 3})
	return b
}

// payment is a row of payments as capture writes it.
func payment(n int, amount string) string {
	return fmt.Sprintf(`{"id":"018f3c6e-0000-7000-8000-%012x","order_id":"order-%d","kind":"captured","amount":"%s","currency":"EUR","installments":3,"attempt":1,"failure":null,"details":"{\"card\": \"visa\"}","settled":true,"created_at":"2024-01-01T00:00:00.000001Z","updated_at":"2024-03-01T12:34:56Z"}`, n, n, amount)
}

func paymentKey(n int) []byte {
	return fmt.Appendf(nil, `{"id":"018f3c6e-0000-7000-8000-%012x"}`, n)
}

func envelope(before, after string, op event.Op) []byte {
	return fmt.Appendf(nil, `{"before":%s,"after":%s,"source":{"version":"0.1.0","connector":"postgresql","name":"pg","db":"shop","schema":"public","table":"payments","snapshot":"false","ts_ms":1704067200000,"ts_us":1704067200000000,"txId":771,"lsn":24023128},"op":"%s","ts_ms":1704067200123}`, before, after, op)
}

func header(op event.Op, commit uint64) event.Header {
	return event.Header{Version: position.Position{Epoch: 1, Commit: commit, Ordinal: 1}, Op: op, Flags: event.Chained, CommitTime: 1_704_067_200_000_000}
}

package demo

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// fromPostgres are the aggregates over PostgreSQL's tables, said in its own SQL.
func fromPostgres() []aggregate {
	return []aggregate{
		{name: "payments", dimensions: []string{"hour", "method", "status", "currency"}, measures: []string{"payments", "amount", "installments", "retries"}, headline: 1,
			source: overRows(4, `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:00:00') AS hour, method, status, currency,
				count(*), sum(amount), sum(installments), count(*) FILTER (WHERE attempt > 1) FROM transactions WHERE kind = 'payment' GROUP BY 1, 2, 3, 4`)},
		{name: "refunds", dimensions: []string{"day", "method", "status", "currency"}, measures: []string{"refunds", "amount"}, headline: 1,
			source: overRows(4, `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), method, status, currency, count(*), sum(amount)
				FROM transactions WHERE kind = 'refund' GROUP BY 1, 2, 3, 4`)},
		{name: "cash", dimensions: []string{"hour", "method", "currency"}, measures: []string{"paid", "refunded", "net"}, headline: 2,
			source: overRows(3, `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:00:00'), method, currency,
				coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0), coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0),
				sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) FROM transactions WHERE status = 'captured' GROUP BY 1, 2, 3`)},
		{name: "returns", dimensions: []string{"day", "reason", "category", "status", "currency"}, measures: []string{"returns", "amount"}, headline: 1,
			source: overRows(5, `SELECT to_char(opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), reason, coalesce(category, '(none)'), status, currency,
				count(*), sum(amount) FROM returns GROUP BY 1, 2, 3, 4, 5`)},
		{name: "deliveries", dimensions: []string{"day", "outcome", "carrier", "state", "currency"}, measures: []string{"parcels", "cost"}, headline: 1,
			source: overRows(5, `SELECT to_char(coalesce(delivered_at, estimated_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
				CASE WHEN status = 'lost' THEN 'lost' WHEN delivered_at IS NULL THEN 'under way' WHEN delivered_at > estimated_at THEN 'late' ELSE 'on time' END,
				carrier, state, currency, count(*), sum(cost) FROM deliveries GROUP BY 1, 2, 3, 4, 5`)},
	}
}

// overRows runs a query whose first columns are the dimensions and the rest measures.
func overRows(dimensions int, sql string) func(context.Context, *compare.Sides) (buckets, error) {
	return func(ctx context.Context, sides *compare.Sides) (buckets, error) {
		rows, err := sides.Postgres.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol) // every type comes as text
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		width := len(rows.FieldDescriptions())
		shape := aggregate{dimensions: make([]string, dimensions), measures: make([]string, width-dimensions)}
		out := buckets{}
		texts, dest := make([]*string, width), make([]any, width)
		for i := range dest {
			dest[i] = &texts[i]
		}
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				return nil, err
			}
			if err := shape.take(out, texts); err != nil {
				return nil, err
			}
		}
		return out, rows.Err()
	}
}

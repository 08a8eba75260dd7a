package validate

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// hours is the number of full hours on the clock between two times, as dateDiff counts.
const hours = `floor(extract(epoch FROM delivered_at) / 3600) - floor(extract(epoch FROM shipped_at) / 3600)`

// salesOfRows are the aggregates over PostgreSQL's tables. A query's first columns are
// the dimensions, the others the measures.
func salesOfRows() []sale {
	hour := func(c string) string { return "to_char(" + c + " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:00:00')" }
	day := func(c string) string { return "to_char(" + c + " AT TIME ZONE 'UTC', 'YYYY-MM-DD')" }
	return []sale{
		{name: "payments", from: "public.transactions", dimensions: []string{"hour", "method", "status", "currency"}, measures: []string{"payments", "amount", "installments", "retries"},
			recompute: overRows(`SELECT ` + hour("created_at") + `, method, status, currency, count(*), sum(amount), sum(installments), count(*) FILTER (WHERE attempt > 1)
				FROM transactions WHERE kind = 'payment' GROUP BY 1, 2, 3, 4`)},
		{name: "failures", from: "public.transactions", dimensions: []string{"hour", "method", "reason", "currency"}, measures: []string{"payments", "amount"},
			recompute: overRows(`SELECT ` + hour("created_at") + `, method, coalesce(failure_reason, '(none)'), currency, count(*), sum(amount)
				FROM transactions WHERE kind = 'payment' AND status = 'failed' GROUP BY 1, 2, 3, 4`)},
		{name: "delays", from: "public.deliveries", dimensions: []string{"day", "carrier", "state", "days_late"}, measures: []string{"parcels"},
			recompute: overRows(`SELECT ` + day("delivered_at") + `, carrier, state,
				greatest(0, (delivered_at AT TIME ZONE 'UTC')::date - (estimated_at AT TIME ZONE 'UTC')::date)::text, count(*)
				FROM deliveries WHERE delivered_at IS NOT NULL GROUP BY 1, 2, 3, 4`)},
		{name: "refunds", from: "public.transactions", dimensions: []string{"day", "method", "status", "currency"}, measures: []string{"refunds", "amount"},
			recompute: overRows(`SELECT ` + day("created_at") + `, method, status, currency, count(*), sum(amount) FROM transactions WHERE kind = 'refund' GROUP BY 1, 2, 3, 4`)},
		{name: "cash", from: "public.transactions", dimensions: []string{"hour", "method", "currency"}, measures: []string{"paid", "refunded", "net"},
			recompute: overRows(`SELECT ` + hour("created_at") + `, method, currency, coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0),
				coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0), sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END)
				FROM transactions WHERE status = 'captured' GROUP BY 1, 2, 3`)},
		{name: "returns", from: "public.returns", dimensions: []string{"day", "reason", "category", "status", "currency"}, measures: []string{"returns", "amount"},
			recompute: overRows(`SELECT ` + day("opened_at") + `, reason, coalesce(category, '(none)'), status, currency, count(*), sum(amount) FROM returns GROUP BY 1, 2, 3, 4, 5`)},
		{name: "deliveries", from: "public.deliveries", dimensions: []string{"day", "outcome", "carrier", "state", "currency"}, measures: []string{"parcels", "cost", "arrived", "hours_under_way"},
			recompute: overRows(`SELECT ` + day("coalesce(delivered_at, estimated_at)") + `,
				CASE WHEN status = 'lost' THEN 'lost' WHEN delivered_at IS NULL THEN 'under way' WHEN delivered_at > estimated_at THEN 'late' ELSE 'on time' END,
				carrier, state, currency, count(*), sum(cost), count(shipped_at + (delivered_at - shipped_at)), coalesce(sum(` + hours + `), 0)
				FROM deliveries GROUP BY 1, 2, 3, 4, 5`)},
	}
}

// overRows runs a query in PostgreSQL.
func overRows(sql string) func(context.Context, *compare.Sides, *sale) (buckets, error) {
	return func(ctx context.Context, sides *compare.Sides, s *sale) (buckets, error) {
		rows, err := sides.Postgres.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol) // every type comes as text
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		texts := make([]string, len(rows.FieldDescriptions()))
		dest := make([]any, len(texts))
		for i := range dest {
			dest[i] = &texts[i]
		}
		out := buckets{}
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				return nil, err
			}
			if err := out.addTexts(texts[:len(s.dimensions)], texts[len(s.dimensions):]); err != nil {
				return nil, err
			}
		}
		return out, rows.Err()
	}
}

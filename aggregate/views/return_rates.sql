-- name: return_rates
-- about: Per month and category: returns opened in the month, over what was bought in it. Rejected returns do not count.
-- over: returns, revenue
SELECT
    s.month AS month,
    s.category AS category,
    s.currency AS currency,
    sum(s.returns) AS returns,
    sum(s.returned) AS returned,
    sum(s.items) AS items,
    sum(s.gross) AS gross,
    if(gross = 0, NULL, toFloat64(returned) / toFloat64(gross)) AS return_rate
FROM
(
    SELECT toStartOfMonth(t.day) AS month, t.category AS category, t.currency AS currency, t.returns AS returns, t.amount AS returned,
        toInt64(0) AS items, toDecimal128(0, 2) AS gross
    FROM sales.returns AS t WHERE t.status != 'rejected'
    UNION ALL
    SELECT toStartOfMonth(toDate(r.hour)), r.category, r.currency, 0, toDecimal128(0, 2), r.items, r.gross FROM sales.revenue AS r
) AS s
GROUP BY month, category, currency

-- name: refunds
-- about: Money given back, by the day the refund was started.
-- sources: transactions
-- grain: day, method, status, currency
-- measures: refunds, amount
SELECT
    toDate(r.created_at) AS day,
    r.method AS method,
    r.status AS status,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS refunds,
    sum(r.amount * r._sign) AS amount,
    sum(r._sign) AS n
FROM raw.transactions AS r
WHERE r.kind = 'refund'
GROUP BY day, method, status, currency

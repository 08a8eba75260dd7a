-- name: returns
-- about: Goods that come back, by the day the return was opened.
-- sources: returns
-- grain: day, reason, category, status, currency
-- measures: returns, amount
SELECT
    toDate(r.opened_at) AS day,
    r.reason AS reason,
    ifNull(r.category, '(none)') AS category,
    r.status AS status,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS returns,
    sum(r.amount * r._sign) AS amount,
    sum(r._sign) AS n
FROM raw.returns AS r
GROUP BY day, reason, category, status, currency

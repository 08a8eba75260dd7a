-- name: failures
-- about: Payment attempts that failed, by the hour they were started and the reason that the bank gave.
-- sources: transactions
-- grain: hour, method, reason, currency
-- measures: payments, amount
SELECT
    toStartOfHour(r.created_at) AS hour,
    r.method AS method,
    ifNull(r.failure_reason, '(none)') AS reason,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS payments,
    sum(r.amount * r._sign) AS amount,
    sum(r._sign) AS n
FROM raw.transactions AS r
WHERE r.kind = 'payment' AND r.status = 'failed'
GROUP BY hour, method, reason, currency

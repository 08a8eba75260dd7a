-- name: payments
-- about: Payment attempts by the hour they were started, with the status that they have now.
-- sources: transactions
-- grain: hour, method, status, currency
-- measures: payments, amount, installments, retries
SELECT
    toStartOfHour(r.created_at) AS hour,
    r.method AS method,
    r.status AS status,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS payments,
    sum(r.amount * r._sign) AS amount,
    sum(toInt64(r.installments) * r._sign) AS installments,
    sum(toInt64(r.attempt > 1) * r._sign) AS retries,
    sum(r._sign) AS n
FROM raw.transactions AS r
WHERE r.kind = 'payment'
GROUP BY hour, method, status, currency

-- name: cash
-- about: Money that really moved, by the hour each transaction was started: captured payments less captured refunds.
-- sources: transactions
-- grain: hour, method, currency
-- measures: paid, refunded, net
SELECT
    toStartOfHour(r.created_at) AS hour,
    r.method AS method,
    r.currency AS currency,
    sum(if(r.kind = 'payment', r.amount, toDecimal64(0, 2)) * r._sign) AS paid,
    sum(if(r.kind = 'refund', r.amount, toDecimal64(0, 2)) * r._sign) AS refunded,
    sum(if(r.kind = 'payment', r.amount, -r.amount) * r._sign) AS net,
    sum(r._sign) AS n
FROM raw.transactions AS r
WHERE r.status = 'captured'
GROUP BY hour, method, currency

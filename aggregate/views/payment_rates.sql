-- name: payment_rates
-- about: Per day and method: payment attempts, how they ended, and the part that failed of those that ended. Voided ones were called off before.
-- over: payments
SELECT
    toDate(p.hour) AS day,
    p.method AS method,
    p.currency AS currency,
    sum(p.payments) AS attempts,
    sumIf(p.payments, p.status = 'captured') AS captured,
    sumIf(p.payments, p.status = 'failed') AS failed,
    sumIf(p.payments, p.status = 'voided') AS voided,
    sumIf(p.payments, p.status = 'pending') AS pending,
    sumIf(p.amount, p.status = 'captured') AS captured_amount,
    if(captured + failed = 0, NULL, failed / (captured + failed)) AS failed_rate
FROM sales.payments AS p
GROUP BY day, method, currency

-- name: money
-- about: Money that moved and payment attempts, by the hour each was started. until cuts time into stretches of 28 days counted back from the shop's now, so that the newest is as long as the one before it.
-- over: cash, payments, clock
WITH (SELECT c.hour FROM sales.clock AS c) AS newest
SELECT
    m.hour AS hour,
    addHours(newest, 1 - 672 * intDiv(dateDiff('hour', m.hour, newest), 672)) AS until,
    m.method AS method,
    m.currency AS currency,
    sum(m.paid) AS paid,
    sum(m.refunded) AS refunded,
    sum(m.net) AS net,
    sum(m.attempts) AS attempts,
    sum(m.captured) AS captured,
    sum(m.failed) AS failed,
    sum(m.retries) AS retries,
    sum(m.installments) AS installments
FROM
(
    SELECT c.hour AS hour, c.method AS method, c.currency AS currency, c.paid AS paid, c.refunded AS refunded, c.net AS net,
        toInt64(0) AS attempts, toInt64(0) AS captured, toInt64(0) AS failed, toInt64(0) AS retries, toInt64(0) AS installments
    FROM sales.cash AS c
    UNION ALL
    SELECT p.hour, p.method, p.currency, toDecimal128(0, 2), toDecimal128(0, 2), toDecimal128(0, 2),
        p.payments, if(p.status = 'captured', p.payments, 0), if(p.status = 'failed', p.payments, 0), p.retries, p.installments
    FROM sales.payments AS p
) AS m
GROUP BY hour, method, currency

-- name: now_money
-- about: Money that moved in the 28 days that end now, by the shop's clock; until and the lines of zeros as in sales.now.
-- over: cash, clock
WITH (SELECT c.hour FROM sales.clock AS c) AS newest
SELECT
    m.hour AS hour,
    addHours(newest, 1 - 24 * intDiv(dateDiff('hour', m.hour, newest), 24)) AS until,
    m.method AS method,
    m.currency AS currency,
    m.paid AS paid,
    m.refunded AS refunded,
    m.net AS net
FROM sales.cash AS m
WHERE m.hour > subtractHours(newest, 672)
UNION ALL
SELECT subtractHours(newest, ago), addHours(newest, 1 - ago), g.method, g.currency, toDecimal128(0, 2), toDecimal128(0, 2), toDecimal128(0, 2)
FROM (SELECT DISTINCT z.method, z.currency FROM sales.cash AS z WHERE z.hour > subtractHours(newest, 672)) AS g
ARRAY JOIN [0, 24] AS ago

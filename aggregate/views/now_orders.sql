-- name: now_orders
-- about: Orders of the 28 days that end now, by the shop's clock, with the status that they have now; until and the lines of zeros as in sales.now.
-- over: orders, clock
WITH (SELECT c.hour FROM sales.clock AS c) AS newest
SELECT
    o.hour AS hour,
    addHours(newest, 1 - 24 * intDiv(dateDiff('hour', o.hour, newest), 24)) AS until,
    o.state AS state,
    o.channel AS channel,
    o.status AS status,
    o.currency AS currency,
    o.orders AS orders,
    o.items AS items,
    o.gross AS gross
FROM sales.orders AS o
WHERE o.hour > subtractHours(newest, 672)
UNION ALL
SELECT subtractHours(newest, ago), addHours(newest, 1 - ago), g.state, g.channel, g.status, g.currency, 0, 0, toDecimal128(0, 2)
FROM (SELECT DISTINCT z.state, z.channel, z.status, z.currency FROM sales.orders AS z WHERE z.hour > subtractHours(newest, 672)) AS g
ARRAY JOIN [0, 24] AS ago

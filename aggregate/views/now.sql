-- name: now
-- about: What was sold in the 28 days that end now, by the shop's clock. until cuts them into stretches of 24 hours counted back from now, so that the newest is as long as the one before it. Every group has a line of zeros in those two: nothing sold is 0, not missing. Lines are to be summed up: several may be of one group, and those of what was deleted cancel out.
-- over: sales_state.revenue_lines, clock
WITH (SELECT c.hour FROM sales.clock AS c) AS newest
SELECT
    r.hour AS hour,
    addHours(newest, 1 - 24 * intDiv(dateDiff('hour', r.hour, newest), 24)) AS until,
    r.category AS category,
    r.state AS state,
    r.channel AS channel,
    r.currency AS currency,
    r.items AS items,
    r.gross AS gross,
    r.freight AS freight,
    r.refunded AS refunded,
    r.canceled AS canceled,
    r.net AS net
FROM sales_state.revenue_lines AS r
WHERE r.hour > subtractHours(newest, 672)
UNION ALL
SELECT subtractHours(newest, ago), addHours(newest, 1 - ago), g.category, g.state, g.channel, g.currency, 0,
    toDecimal128(0, 2), toDecimal128(0, 2), toDecimal128(0, 2), toDecimal128(0, 2), toDecimal128(0, 2)
FROM
(
    SELECT z.category AS category, z.state AS state, z.channel AS channel, z.currency AS currency
    FROM sales_state.revenue_lines AS z
    WHERE z.hour > subtractHours(newest, 672)
    GROUP BY category, state, channel, currency
    HAVING sum(z.n) != 0
) AS g
ARRAY JOIN [0, 24] AS ago

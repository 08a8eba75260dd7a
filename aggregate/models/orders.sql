-- name: orders
-- about: Orders by the hour of purchase and the status that they have now; orders without items count too.
-- sources: orders
-- grain: hour, state, channel, status, currency
-- measures: orders, items, gross, refunded
SELECT
    toStartOfHour(r.purchased_at) AS hour,
    r.state AS state,
    r.channel AS channel,
    r.status AS status,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS orders,
    sum(toInt64(arraySum(r.item_quantity)) * r._sign) AS items,
    sum(arraySum((price, quantity) -> toDecimal128(price, 2) * quantity, r.item_price, r.item_quantity) * r._sign) AS gross,
    sum(arraySum(r.item_refunded) * r._sign) AS refunded,
    sum(r._sign) AS n
FROM raw.orders AS r
GROUP BY hour, state, channel, status, currency

-- name: places
-- about: Orders by the day of purchase and the place they go to. net leaves out what was refunded and orders that were canceled.
-- sources: orders
-- grain: day, state, city, currency
-- measures: orders, items, gross, refunded, net
SELECT
    toDate(r.purchased_at) AS day,
    r.state AS state,
    r.city AS city,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS orders,
    sum(toInt64(arraySum(r.item_quantity)) * r._sign) AS items,
    sum(arraySum((price, quantity) -> toDecimal128(price, 2) * quantity, r.item_price, r.item_quantity) * r._sign) AS gross,
    sum(arraySum(r.item_refunded) * r._sign) AS refunded,
    sum(if(r.status IN ('canceled', 'unavailable'), toDecimal128(0, 2),
        arraySum((price, quantity) -> toDecimal128(price, 2) * quantity, r.item_price, r.item_quantity) - arraySum(r.item_refunded)) * r._sign) AS net,
    sum(r._sign) AS n
FROM raw.orders AS r
GROUP BY day, state, city, currency

-- name: customer_days
-- about: What each customer bought on each day: what distinct, new and returning buyers, cohorts and RFM are counted from.
-- sources: orders
-- grain: day, customer_id, currency
-- measures: orders, kept, items, gross, refunded, net
SELECT
    toDate(r.purchased_at) AS day,
    r.customer_id AS customer_id,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS orders,
    sum(toInt64(r.status NOT IN ('canceled', 'unavailable')) * r._sign) AS kept,
    sum(toInt64(arraySum(r.item_quantity)) * r._sign) AS items,
    sum(arraySum((price, quantity) -> toDecimal128(price, 2) * quantity, r.item_price, r.item_quantity) * r._sign) AS gross,
    sum(arraySum(r.item_refunded) * r._sign) AS refunded,
    sum(if(r.status IN ('canceled', 'unavailable'), toDecimal128(0, 2),
        arraySum((price, quantity) -> toDecimal128(price, 2) * quantity, r.item_price, r.item_quantity) - arraySum(r.item_refunded)) * r._sign) AS net,
    sum(r._sign) AS n
FROM raw.orders AS r
GROUP BY day, customer_id, currency

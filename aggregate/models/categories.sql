-- name: categories
-- about: What each category sold, by day of purchase: revenue without the places and channels, small enough to look a year back.
-- sources: orders
-- grain: day, category, currency
-- measures: items, gross, refunded
SELECT
    toDate(r.purchased_at) AS day,
    ifNull(item_category, '(none)') AS category,
    r.currency AS currency,
    sum(toInt64(item_quantity) * r._sign) AS items,
    sum(toDecimal128(item_price, 2) * item_quantity * r._sign) AS gross,
    sum(item_refunded * r._sign) AS refunded,
    sum(r._sign) AS n
FROM raw.orders AS r
ARRAY JOIN
    r.item_category AS item_category,
    r.item_quantity AS item_quantity,
    r.item_price AS item_price,
    r.item_refunded AS item_refunded
GROUP BY day, category, currency

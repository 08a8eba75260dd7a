-- name: products
-- about: What each product sold, by day of purchase.
-- sources: orders
-- grain: day, category, product_id, currency
-- measures: items, gross, refunded
SELECT
    toDate(r.purchased_at) AS day,
    ifNull(item_category, '(none)') AS category,
    item_product_id AS product_id,
    r.currency AS currency,
    sum(toInt64(item_quantity) * r._sign) AS items,
    sum(toDecimal128(item_price, 2) * item_quantity * r._sign) AS gross,
    sum(item_refunded * r._sign) AS refunded,
    sum(r._sign) AS n
FROM raw.orders AS r
ARRAY JOIN
    r.item_category AS item_category,
    r.item_product_id AS item_product_id,
    r.item_quantity AS item_quantity,
    r.item_price AS item_price,
    r.item_refunded AS item_refunded
GROUP BY day, category, product_id, currency

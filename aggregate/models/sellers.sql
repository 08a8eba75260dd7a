-- name: sellers
-- about: What each seller sold, by day of purchase.
-- sources: orders
-- grain: day, seller_id, currency
-- measures: items, gross, freight, refunded
SELECT
    toDate(r.purchased_at) AS day,
    item_seller_id AS seller_id,
    r.currency AS currency,
    sum(toInt64(item_quantity) * r._sign) AS items,
    sum(toDecimal128(item_price, 2) * item_quantity * r._sign) AS gross,
    sum(item_freight * r._sign) AS freight,
    sum(item_refunded * r._sign) AS refunded,
    sum(r._sign) AS n
FROM raw.orders AS r
ARRAY JOIN
    r.item_seller_id AS item_seller_id,
    r.item_quantity AS item_quantity,
    r.item_price AS item_price,
    r.item_freight AS item_freight,
    r.item_refunded AS item_refunded
GROUP BY day, seller_id, currency

-- name: baskets
-- about: Orders by what they are worth, in steps of 25 up to 10000: their distribution, which an average hides. Orders without items stand alone.
-- sources: orders
-- grain: day, channel, currency, worth_from, empty
-- measures: orders, gross
SELECT
    toDate(r.purchased_at) AS day,
    r.channel AS channel,
    r.currency AS currency,
    toInt64(least(intDiv(arraySum((price, quantity) -> toDecimal128(price, 2) * quantity, r.item_price, r.item_quantity), 25), 400)) * 25 AS worth_from,
    toBool(empty(r.item_price)) AS empty,
    sum(toInt64(r._sign)) AS orders,
    sum(arraySum((price, quantity) -> toDecimal128(price, 2) * quantity, r.item_price, r.item_quantity) * r._sign) AS gross,
    sum(r._sign) AS n
FROM raw.orders AS r
GROUP BY day, channel, currency, worth_from, empty

-- name: revenue
-- about: What was sold, from the items of orders. net = gross - refunded - canceled.
-- sources: orders
-- grain: hour, category, state, channel, currency
-- measures: items, gross, freight, refunded, canceled, net
SELECT
    toStartOfHour(r.purchased_at) AS hour,
    ifNull(item_category, '(none)') AS category,
    r.state AS state,
    r.channel AS channel,
    r.currency AS currency,
    sum(toInt64(item_quantity) * r._sign) AS items,
    sum(toDecimal128(item_price, 2) * item_quantity * r._sign) AS gross,
    sum(item_freight * r._sign) AS freight,
    sum(item_refunded * r._sign) AS refunded,
    sum(if(r.status IN ('canceled', 'unavailable'), toDecimal128(item_price, 2) * item_quantity - item_refunded, toDecimal128(0, 2)) * r._sign) AS canceled,
    sum((toDecimal128(item_price, 2) * item_quantity - if(r.status IN ('canceled', 'unavailable'), toDecimal128(item_price, 2) * item_quantity, toDecimal128(item_refunded, 2))) * r._sign) AS net,
    sum(r._sign) AS n
FROM raw.orders AS r
ARRAY JOIN
    r.item_category AS item_category,
    r.item_quantity AS item_quantity,
    r.item_price AS item_price,
    r.item_freight AS item_freight,
    r.item_refunded AS item_refunded
GROUP BY hour, category, state, channel, currency

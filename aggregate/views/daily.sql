-- name: daily
-- about: One line per day: what was sold, what of it stayed sold, and what an order was worth. Days are UTC.
-- over: orders, revenue
SELECT
    s.day AS day,
    s.currency AS currency,
    sum(s.orders) AS orders,
    sum(s.items) AS items,
    sum(s.gross) AS gross,
    sum(s.refunded) AS refunded,
    sum(s.canceled) AS canceled,
    sum(s.net) AS net,
    if(orders = 0, NULL, toDecimal128(gross, 2) / orders) AS average_order
FROM
(
    SELECT toDate(o.hour) AS day, o.currency AS currency, o.orders AS orders, toInt64(0) AS items,
        toDecimal128(0, 2) AS gross, toDecimal128(0, 2) AS refunded, toDecimal128(0, 2) AS canceled, toDecimal128(0, 2) AS net
    FROM sales.orders AS o
    UNION ALL
    SELECT toDate(r.hour), r.currency, 0, r.items, r.gross, r.refunded, r.canceled, r.net FROM sales.revenue AS r
) AS s
GROUP BY day, currency

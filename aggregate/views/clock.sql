-- name: clock
-- about: The hour of the newest purchase or payment: where the shop's time stands. What looks back from now looks back from here, so that replayed or simulated years show as they would have then.
-- over: reached, orders, payments
WITH (SELECT max(r.day) FROM sales.reached AS r) AS newest
SELECT max(t.hour) AS hour
FROM
(
    SELECT max(o.hour) AS hour FROM sales.orders AS o WHERE o.hour >= newest
    UNION ALL
    SELECT max(p.hour) FROM sales.payments AS p WHERE p.hour >= newest
) AS t
HAVING hour > toDateTime(0, 'UTC')

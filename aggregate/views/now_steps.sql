-- name: now_steps
-- about: How far the orders of the last 28 days got: one line per day, channel and step of the way.
-- over: reached, clock
SELECT
    r.day AS day,
    r.channel AS channel,
    transform(r.status, ['created', 'approved', 'shipped', 'delivered'], ['1 placed', '2 approved', '3 shipped', '4 delivered'], r.status) AS step,
    r.orders AS orders,
    r.seconds AS seconds
FROM sales.reached AS r
WHERE r.day > subtractDays((SELECT toDate(c.hour) FROM sales.clock AS c), 28) AND r.status IN ('created', 'approved', 'shipped', 'delivered')

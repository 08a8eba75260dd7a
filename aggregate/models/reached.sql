-- name: reached
-- about: How many orders ever reached a status, by the day of purchase, and the seconds it took them since.
-- sources: orders
-- grain: day, channel, status
-- measures: orders, seconds
SELECT
    toDate(r.purchased_at) AS day,
    r.channel AS channel,
    status AS status,
    sum(toInt64(r._sign)) AS orders,
    sum(dateDiff('second', r.purchased_at, r.history_at[indexOf(r.history_status, status)]) * r._sign) AS seconds,
    sum(r._sign) AS n
FROM raw.orders AS r
ARRAY JOIN arrayDistinct(r.history_status) AS status
GROUP BY day, channel, status

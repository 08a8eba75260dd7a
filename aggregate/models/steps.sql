-- name: steps
-- about: From which status to which orders went, by the day of purchase, and the seconds between the two.
-- sources: orders
-- grain: day, channel, from_status, to_status
-- measures: orders, seconds
SELECT
    toDate(r.purchased_at) AS day,
    r.channel AS channel,
    r.history_status[step] AS from_status,
    r.history_status[step + 1] AS to_status,
    sum(toInt64(r._sign)) AS orders,
    sum(dateDiff('second', r.history_at[step], r.history_at[step + 1]) * r._sign) AS seconds,
    sum(r._sign) AS n
FROM raw.orders AS r
ARRAY JOIN arrayEnumerate(arrayPopBack(r.history_status)) AS step
GROUP BY day, channel, from_status, to_status

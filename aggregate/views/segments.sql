-- name: segments
-- about: How many people stand in each cell of recency, frequency and money (sales.rfm), with what they bought; recency_days is the sum over them. as_of is when it was computed.
-- over: rfm
-- refresh: 5 minutes
SELECT
    p.currency AS currency,
    p.segment AS segment,
    p.r AS r,
    p.f AS f,
    p.m AS m,
    toInt64(count()) AS people,
    sum(p.orders) AS orders,
    sum(p.net) AS net,
    sum(toInt64(p.recency_days)) AS recency_days,
    now() AS as_of
FROM sales.rfm AS p
GROUP BY currency, segment, r, f, m

-- name: rfm
-- about: People by recency (days from their last order to the newest of all), frequency and money spent, each ranked 1 to 5 (5 best), with a segment.
-- over: person_days
SELECT
    s.person AS person,
    s.currency AS currency,
    s.last_day AS last_day,
    s.recency_days AS recency_days,
    s.orders AS orders,
    s.net AS net,
    toUInt8(6 - ceil(5 * s.recency_rank / s.people)) AS r,
    toUInt8(least(5, s.orders)) AS f,
    toUInt8(6 - ceil(5 * s.money_rank / s.people)) AS m,
    multiIf(r >= 4 AND f >= 3, 'loyal', r >= 4 AND f = 2, 'coming back', r >= 4, 'new', f >= 2, 'at risk', m >= 4, 'big, gone', 'gone') AS segment
FROM
(
    SELECT
        p.person AS person,
        p.currency AS currency,
        p.last_day AS last_day,
        toInt32(dateDiff('day', p.last_day, max(p.last_day) OVER (PARTITION BY p.currency))) AS recency_days,
        p.orders AS orders,
        p.net AS net,
        rank() OVER (PARTITION BY p.currency ORDER BY p.last_day DESC) AS recency_rank,
        rank() OVER (PARTITION BY p.currency ORDER BY p.net DESC) AS money_rank,
        count() OVER (PARTITION BY p.currency) AS people
    FROM
    (
        SELECT d.person AS person, d.currency AS currency, max(d.day) AS last_day, sum(d.orders) AS orders, sum(d.net) AS net
        FROM sales.person_days AS d
        GROUP BY person, currency
    ) AS p
) AS s

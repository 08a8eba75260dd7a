-- name: customers
-- about: Users by the day they joined, with where they live and their tier now.
-- sources: users
-- grain: day, state, tier, anonymised
-- measures: customers, points
SELECT
    toDate(r.created_at) AS day,
    r.state AS state,
    r.tier AS tier,
    r.anonymised AS anonymised,
    sum(toInt64(r._sign)) AS customers,
    sum(r.points * r._sign) AS points,
    sum(r._sign) AS n
FROM raw.users AS r
GROUP BY day, state, tier, anonymised

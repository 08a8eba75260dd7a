-- name: delays
-- about: Delivered parcels by how many days after the promised day they came; early and on time is 0.
-- sources: deliveries
-- grain: day, carrier, state, days_late
-- measures: parcels
SELECT
    toDate(assumeNotNull(r.delivered_at)) AS day,
    r.carrier AS carrier,
    r.state AS state,
    toInt32(greatest(0, dateDiff('day', r.estimated_at, assumeNotNull(r.delivered_at)))) AS days_late,
    sum(toInt64(r._sign)) AS parcels,
    sum(r._sign) AS n
FROM raw.deliveries AS r
WHERE r.delivered_at IS NOT NULL
GROUP BY day, carrier, state, days_late

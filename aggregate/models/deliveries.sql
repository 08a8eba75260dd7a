-- name: deliveries
-- about: Parcels by the day they were delivered, or are due while they are not. Late: delivered after the promised time.
-- sources: deliveries
-- grain: day, outcome, carrier, state, currency
-- measures: parcels, cost, arrived, hours_under_way
SELECT
    toDate(coalesce(r.delivered_at, r.estimated_at)) AS day,
    multiIf(r.status = 'lost', 'lost', r.delivered_at IS NULL, 'under way', r.delivered_at > r.estimated_at, 'late', 'on time') AS outcome,
    r.carrier AS carrier,
    r.state AS state,
    r.currency AS currency,
    sum(toInt64(r._sign)) AS parcels,
    sum(r.cost * r._sign) AS cost,
    sum(toInt64(r.shipped_at IS NOT NULL AND r.delivered_at IS NOT NULL) * r._sign) AS arrived,
    sum(toInt64(ifNull(dateDiff('hour', r.shipped_at, r.delivered_at), 0)) * r._sign) AS hours_under_way,
    sum(r._sign) AS n
FROM raw.deliveries AS r
GROUP BY day, outcome, carrier, state, currency

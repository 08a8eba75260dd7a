-- name: parcels
-- about: Parcels by the day they came, or are due while they are under way. until cuts time into stretches of 28 days counted back from the shop's now.
-- over: deliveries, clock
WITH (SELECT toDate(c.hour) FROM sales.clock AS c) AS newest
SELECT
    d.day AS day,
    toDateTime(addDays(newest, 1 - 28 * toInt32(floor(dateDiff('day', d.day, newest) / 28))), 'UTC') AS until,
    d.outcome AS outcome,
    d.carrier AS carrier,
    d.state AS state,
    d.currency AS currency,
    d.parcels AS parcels,
    d.cost AS cost,
    d.arrived AS arrived,
    d.hours_under_way AS hours_under_way
FROM sales.deliveries AS d

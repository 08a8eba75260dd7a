-- name: delivery_rates
-- about: Per day of delivery, carrier and state: parcels delivered, the part that came after its promised time, hours under way.
-- over: deliveries
SELECT
    d.day AS day,
    d.carrier AS carrier,
    d.state AS state,
    sumIf(d.parcels, d.outcome IN ('late', 'on time')) AS delivered,
    sumIf(d.parcels, d.outcome = 'late') AS late,
    if(delivered = 0, NULL, late / delivered) AS late_rate,
    if(sum(d.arrived) = 0, NULL, sum(d.hours_under_way) / sum(d.arrived)) AS hours_under_way
FROM sales.deliveries AS d
WHERE d.outcome IN ('late', 'on time')
GROUP BY day, carrier, state

-- name: funnel
-- about: Of the orders of a day, how many ever got how far, and the mean hours from purchase to there.
-- over: reached
SELECT
    r.day AS day,
    r.channel AS channel,
    sumIf(r.orders, r.status = 'created') AS placed,
    sumIf(r.orders, r.status = 'approved') AS approved,
    sumIf(r.orders, r.status = 'shipped') AS shipped,
    sumIf(r.orders, r.status = 'delivered') AS delivered,
    sumIf(r.orders, r.status IN ('canceled', 'unavailable')) AS given_up,
    if(approved = 0, NULL, sumIf(r.seconds, r.status = 'approved') / approved / 3600) AS hours_to_approved,
    if(shipped = 0, NULL, sumIf(r.seconds, r.status = 'shipped') / shipped / 3600) AS hours_to_shipped,
    if(delivered = 0, NULL, sumIf(r.seconds, r.status = 'delivered') / delivered / 3600) AS hours_to_delivered
FROM sales.reached AS r
GROUP BY day, channel

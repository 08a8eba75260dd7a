-- question: How far do orders get, and how long does it take?
-- read: of the orders placed in a month, how many ever reached each step; hours are means from purchase, over those that reached it.
SELECT toStartOfMonth(r.day) AS month, sumIf(r.orders, r.status = 'created') AS placed, sumIf(r.orders, r.status = 'approved') AS approved, sumIf(r.orders, r.status = 'shipped') AS shipped,
    sumIf(r.orders, r.status = 'delivered') AS delivered, sumIf(r.orders, r.status IN ('canceled', 'unavailable')) AS given_up,
    round(sumIf(r.seconds, r.status = 'approved') / approved / 3600, 6) AS hours_to_approved, round(sumIf(r.seconds, r.status = 'delivered') / delivered / 3600, 6) AS hours_to_delivered
FROM sales.reached AS r
GROUP BY month
ORDER BY month

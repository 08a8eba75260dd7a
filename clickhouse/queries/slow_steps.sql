-- question: Between which two statuses do orders wait longest?
-- read: mean hours between leaving one status and reaching the next, over all orders that took that step.
SELECT from_status, to_status, sum(s.orders) AS orders, round(sum(s.seconds) / orders / 3600, 6) AS mean_hours
FROM (SELECT from_status, to_status, orders, seconds FROM sales.steps) AS s
GROUP BY from_status, to_status
ORDER BY mean_hours DESC, from_status, to_status

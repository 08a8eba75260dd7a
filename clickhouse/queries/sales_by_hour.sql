-- question: At which hour of the day do people buy?
-- read: hours are UTC; share is the part of all orders.
SELECT toHour(o.hour) AS hour_of_day, sum(o.orders) AS orders, round(orders / sum(orders) OVER (), 6) AS share
FROM (SELECT hour, orders FROM sales.orders) AS o
GROUP BY hour_of_day
ORDER BY hour_of_day

-- question: What did we sell each month, and what of it stayed sold?
-- read: gross is what orders were worth when they were placed; refunded and canceled leave it, net is what remains. A refund lowers the month of its purchase, whenever it comes.
SELECT toStartOfMonth(day) AS month, currency, sum(orders) AS orders, sum(items) AS items, sum(gross) AS gross, sum(refunded) AS refunded, sum(canceled) AS canceled, sum(net) AS net
FROM sales.daily
GROUP BY month, currency
ORDER BY month, currency

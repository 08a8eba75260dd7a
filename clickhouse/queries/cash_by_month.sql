-- question: How much money came in and went out?
-- read: captured payments and captured refunds in the month in which each was started: cash, not sales.
SELECT toStartOfMonth(c.hour) AS month, c.currency AS currency, sum(c.paid) AS paid, sum(c.refunded) AS refunded, sum(c.net) AS net
FROM (SELECT hour, currency, paid, refunded, net FROM sales.cash) AS c
GROUP BY month, currency
ORDER BY month, currency

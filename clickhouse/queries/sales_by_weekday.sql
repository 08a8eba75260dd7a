-- question: On which weekday do people buy?
-- read: 1 is Monday; days are UTC.
SELECT toDayOfWeek(d.day) AS weekday, d.currency AS currency, sum(d.orders) AS orders, sum(d.gross) AS gross
FROM (SELECT day, currency, orders, gross FROM sales.daily) AS d
GROUP BY weekday, currency
ORDER BY weekday, currency

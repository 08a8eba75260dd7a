-- question: How are orders spread over sizes?
-- read: one line per step of 25; share is the part of all orders with items.
SELECT worth_from, currency, sum(orders) AS number, sum(gross) AS worth, round(number / sum(number) OVER (PARTITION BY currency), 6) AS share
FROM sales.baskets
WHERE NOT empty
GROUP BY worth_from, currency
ORDER BY currency, worth_from

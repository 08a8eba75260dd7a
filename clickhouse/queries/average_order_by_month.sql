-- question: What is an order worth?
-- read: gross over orders that have items: the 775 without items of the Olist sample would pull the mean down and say nothing about baskets.
SELECT toStartOfMonth(day) AS month, currency, sum(orders) AS orders_with_items, sum(gross) AS gross, round(toFloat64(gross) / orders_with_items, 6) AS average_order
FROM sales.baskets
WHERE NOT empty
GROUP BY month, currency
ORDER BY month, currency

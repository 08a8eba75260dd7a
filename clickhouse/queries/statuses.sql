-- question: Where do orders stand now?
-- read: the status each order has at this moment, over all orders.
SELECT status, sum(o.orders) AS orders, sum(o.gross) AS gross
FROM sales.orders AS o
GROUP BY status
ORDER BY orders DESC, status

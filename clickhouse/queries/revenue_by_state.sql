-- question: Where do our customers live, and what do they spend?
-- read: state of the shipping address at the time of the newest image of the order; orders without items count as orders.
SELECT state, currency, sum(p.orders) AS orders, sum(p.items) AS items, sum(p.gross) AS gross, sum(p.net) AS net
FROM sales.places AS p
GROUP BY state, currency
ORDER BY net DESC, state

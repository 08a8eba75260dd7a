-- question: Which twenty cities buy most?
-- read: by net revenue; cities of the same name in two states are two.
SELECT state, city, currency, sum(p.orders) AS orders, sum(p.net) AS net
FROM sales.places AS p
GROUP BY state, city, currency
ORDER BY net DESC, state, city
LIMIT 20

-- question: Which categories earn most?
-- read: net is after refunds and canceled orders; given_back is the part of gross that did not stay. '(none)' are products without a category.
SELECT category, currency, sum(r.items) AS items, sum(r.gross) AS gross, sum(r.net) AS net, round(1 - toFloat64(net) / toFloat64(gross), 6) AS given_back
FROM sales.revenue AS r
GROUP BY category, currency
ORDER BY net DESC, category

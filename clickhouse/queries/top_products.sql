-- question: Which twenty products bring most?
-- read: gross less refunds, over all days; ties are broken by the id, so that two runs agree.
SELECT product_id, category, currency, sum(p.items) AS items, sum(p.gross) AS gross, sum(p.refunded) AS refunded, gross - refunded AS kept
FROM sales.products AS p
GROUP BY product_id, category, currency
ORDER BY kept DESC, product_id
LIMIT 20

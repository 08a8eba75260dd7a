-- question: Which twenty sellers bring most, and how much of it comes back?
-- read: given_back is the part of gross that was refunded.
SELECT seller_id, currency, sum(s.items) AS items, sum(s.gross) AS gross, sum(s.refunded) AS refunded, round(toFloat64(refunded) / toFloat64(gross), 6) AS given_back
FROM sales.sellers AS s
GROUP BY seller_id, currency
ORDER BY gross DESC, seller_id
LIMIT 20

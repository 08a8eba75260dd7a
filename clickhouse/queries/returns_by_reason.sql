-- question: Why do goods come back?
-- read: returns and the money asked for, by reason and where they stand now.
SELECT reason, status, currency, sum(r.returns) AS returns, sum(r.amount) AS amount
FROM (SELECT reason, status, currency, returns, amount FROM sales.returns) AS r
GROUP BY reason, status, currency
ORDER BY returns DESC, reason, status, currency

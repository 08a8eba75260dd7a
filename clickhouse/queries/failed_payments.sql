-- question: Why do payments fail?
-- read: the reason given by the bank, over all failed attempts.
SELECT reason, method, currency, sum(f.payments) AS payments, sum(f.amount) AS amount
FROM sales.failures AS f
GROUP BY reason, method, currency
ORDER BY payments DESC, reason, method, currency

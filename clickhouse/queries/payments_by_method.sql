-- question: How do people pay, and how often does it fail?
-- read: failed_rate is over attempts that ended (captured or failed). 'not_defined' is kept apart: the shop recorded no method.
SELECT method, currency, sum(p.attempts) AS attempts, sum(p.captured) AS captured, sum(p.failed) AS failed, sum(p.voided) AS voided, sum(p.captured_amount) AS captured_amount,
    if(captured + failed = 0, NULL, round(failed / (captured + failed), 6)) AS failed_rate
FROM sales.payment_rates AS p
GROUP BY method, currency
ORDER BY captured_amount DESC, method

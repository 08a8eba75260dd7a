-- question: Which categories come back most?
-- read: money of returns that were not rejected over what was sold, all months together.
SELECT category, currency, sum(r.returns) AS returns, sum(r.returned) AS returned, sum(r.gross) AS gross, if(gross = 0, NULL, round(toFloat64(returned) / toFloat64(gross), 6)) AS rate
FROM (SELECT category, currency, returns, returned, gross FROM sales.return_rates) AS r
GROUP BY category, currency
ORDER BY returned DESC, category

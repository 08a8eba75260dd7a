-- question: In how many installments do people pay on average?
-- read: mean over all payment attempts of a method.
SELECT method, sum(p.payments) AS payments, round(sum(p.installments) / payments, 6) AS mean_installments
FROM (SELECT method, payments, installments FROM sales.payments) AS p
GROUP BY method
ORDER BY method

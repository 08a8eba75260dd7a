-- question: Do the people of a month come back later?
-- read: per month of the first order: how many bought again n months later (0 is the month itself).
SELECT first_month, months_later, sum(c.buyers) AS buyers, sum(c.orders) AS orders, sum(c.net) AS net
FROM (SELECT first_month, months_later, buyers, orders, net FROM sales.cohorts) AS c
GROUP BY first_month, months_later
ORDER BY first_month, months_later

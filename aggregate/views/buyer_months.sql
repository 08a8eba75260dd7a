-- name: buyer_months
-- about: Distinct people who bought in a month: those whose first order ever fell into it, and those who came back.
-- over: person_days
-- refresh: 5 minutes
SELECT
    toStartOfMonth(d.day) AS month,
    d.currency AS currency,
    uniqExact(d.person) AS buyers,
    uniqExactIf(d.person, toStartOfMonth(f.first_day) = month) AS new_buyers,
    buyers - new_buyers AS returning_buyers,
    sum(d.orders) AS orders,
    sum(d.net) AS net
FROM sales.person_days AS d
INNER JOIN (SELECT e.person AS person, min(e.day) AS first_day FROM sales.person_days AS e GROUP BY person) AS f ON f.person = d.person
GROUP BY month, currency

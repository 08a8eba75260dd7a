-- name: cohorts
-- about: People by the month of their first order, and what they did that many months later.
-- over: person_days
SELECT
    toStartOfMonth(f.first_day) AS first_month,
    d.currency AS currency,
    toInt32(dateDiff('month', toStartOfMonth(f.first_day), toStartOfMonth(d.day))) AS months_later,
    uniqExact(d.person) AS buyers,
    sum(d.orders) AS orders,
    sum(d.net) AS net
FROM sales.person_days AS d
INNER JOIN (SELECT e.person AS person, min(e.day) AS first_day FROM sales.person_days AS e GROUP BY person) AS f ON f.person = d.person
GROUP BY first_month, currency, months_later

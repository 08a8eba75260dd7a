-- name: buyers
-- about: Per day: distinct buyers, those who bought for the first time, and those who came back. Somebody is new once, on the first day in any currency.
-- over: person_days
SELECT
    d.day AS day,
    d.currency AS currency,
    count() AS buyers,
    countIf(d.day = f.first_day) AS new_buyers,
    countIf(d.day > f.first_day) AS returning_buyers,
    sum(d.orders) AS orders,
    sum(d.net) AS net
FROM sales.person_days AS d
INNER JOIN (SELECT e.person AS person, min(e.day) AS first_day FROM sales.person_days AS e GROUP BY person) AS f ON f.person = d.person
GROUP BY day, currency

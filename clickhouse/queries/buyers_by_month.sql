-- question: How many people bought, and how many of them came back?
-- read: distinct people of the month; new bought for the first time ever. Accounts with one e-mail are one person.
SELECT toStartOfMonth(d.day) AS month, uniqExact(d.person) AS buyers, uniqExactIf(d.person, toStartOfMonth(f.first_day) = month) AS new_buyers, buyers - new_buyers AS returning_buyers
FROM sales.person_days AS d
INNER JOIN (SELECT person, min(day) AS first_day FROM sales.person_days GROUP BY person) AS f ON f.person = d.person
GROUP BY month
ORDER BY month

-- name: person_days
-- about: What each person bought on each day. Days with canceled orders only are left out: nobody bought then.
-- over: customer_days, people
SELECT
    c.day AS day,
    if(p.person = '', concat('user ', toString(c.customer_id)), p.person) AS person,
    c.currency AS currency,
    sum(c.kept) AS orders,
    sum(c.net) AS net
FROM sales.customer_days AS c
LEFT JOIN sales.people AS p ON p.customer_id = c.customer_id
WHERE c.kept > 0
GROUP BY day, person, currency

-- name: cohort_shares
-- about: Of the people of a month, how many bought again that many months later: started is how many they were, the same on each line of the month.
-- over: cohorts
-- refresh: 5 minutes
SELECT
    c.first_month AS first_month,
    formatDateTime(c.first_month, '%Y-%m') AS month,
    c.currency AS currency,
    c.months_later AS months_later,
    c.buyers AS buyers,
    sum(if(c.months_later = 0, c.buyers, 0)) OVER (PARTITION BY c.first_month, c.currency) AS started,
    c.orders AS orders,
    c.net AS net
FROM sales.cohorts AS c

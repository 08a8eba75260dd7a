-- name: comebacks
-- about: Returns opened, and what was sold, in the 52 weeks that end now, by day and category; until as in sales.parcels. Rejected returns are not in returned.
-- over: returns, categories, clock
WITH (SELECT toDate(c.hour) FROM sales.clock AS c) AS newest
SELECT
    t.day AS day,
    toDateTime(addDays(newest, 1 - 28 * toInt32(floor(dateDiff('day', t.day, newest) / 28))), 'UTC') AS until,
    t.category AS category,
    t.currency AS currency,
    sum(t.returns) AS returns,
    sum(t.returned) AS returned,
    sum(t.sold) AS sold
FROM
(
    SELECT b.day AS day, b.category AS category, b.currency AS currency, b.returns AS returns,
        if(b.status = 'rejected', toDecimal128(0, 2), b.amount) AS returned, toDecimal128(0, 2) AS sold
    FROM sales.returns AS b
    WHERE b.day > subtractDays(newest, 364)
    UNION ALL
    SELECT c.day, c.category, c.currency, 0, toDecimal128(0, 2), c.gross
    FROM sales.categories AS c
    WHERE c.day > subtractDays(newest, 364)
) AS t
GROUP BY day, category, currency

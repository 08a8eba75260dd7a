-- question: What in the data needs care?
-- read: one line per cleaning rule of docs/aggregates.md and how many rows it touches.
SELECT rule, number
FROM
(
    SELECT 'orders without items' AS rule, toInt64(sum(orders)) AS number FROM sales.baskets WHERE empty
    UNION ALL SELECT 'payments without a method', sum(payments) FROM sales.payments WHERE method = 'not_defined'
    UNION ALL SELECT 'items without a category', sum(items) FROM sales.revenue WHERE category = '(none)'
    UNION ALL SELECT 'accounts that share an e-mail', toInt64(count()) - toInt64(uniqExact(person)) FROM sales.people
)
ORDER BY rule

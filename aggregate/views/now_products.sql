-- name: now_products
-- about: What each product sold in the last 28 days, under its name of today; a product that is gone keeps its id.
-- over: products, shop.products, clock
SELECT
    p.day AS day,
    p.category AS category,
    p.product_id AS product_id,
    if(s.name = '', concat('product ', substring(p.product_id, 1, 8)), s.name) AS product,
    p.currency AS currency,
    p.items AS items,
    p.gross AS gross,
    p.refunded AS refunded,
    p.gross - p.refunded AS kept
FROM sales.products AS p
LEFT JOIN shop.products AS s ON s.id = p.product_id
WHERE p.day > subtractDays((SELECT toDate(c.hour) FROM sales.clock AS c), 28)

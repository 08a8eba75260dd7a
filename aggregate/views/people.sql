-- name: people
-- about: Who a customer is: users with one e-mail address are one person, a user without one (forgotten, or never given) stands alone.
-- over: shop.users
SELECT
    u.id AS customer_id,
    if(ifNull(trim(u.email), '') = '', concat('user ', toString(u.id)), lower(trim(assumeNotNull(u.email)))) AS person,
    u.state AS state,
    u.tier AS tier
FROM shop.users AS u

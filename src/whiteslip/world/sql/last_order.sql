-- The number of the last order of a simulated world.
SELECT coalesce(max(substring(purchase.order_ref FROM 2)::bigint), 0) AS number
FROM money.purchase
WHERE purchase.order_ref ~ '^W[0-9]{7,}$'

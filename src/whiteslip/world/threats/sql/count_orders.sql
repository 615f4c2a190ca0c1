-- Count the orders of each business date.
SELECT purchase.authorized_on AS day, count(DISTINCT (purchase.customer_id, purchase.order_ref)) AS orders
FROM money.purchase
GROUP BY purchase.authorized_on
ORDER BY purchase.authorized_on

-- Count the orders of each business date, each once however often it was asked for.
SELECT asked.day, count(*) AS orders
FROM (
    SELECT min(purchase.authorized_on) AS day
    FROM money.purchase
    GROUP BY purchase.customer_id, purchase.order_ref
) AS asked
GROUP BY asked.day
ORDER BY asked.day

-- The customers of a book by the reference they were moved in under.
SELECT customer_id, reference FROM credit.customer
ORDER BY customer_id

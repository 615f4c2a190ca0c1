-- Find every line of some customers.
SELECT customer_id, line_id FROM money.line
WHERE customer_id = ANY(%(customer_ids)b::bigint[])
ORDER BY customer_id, line_id

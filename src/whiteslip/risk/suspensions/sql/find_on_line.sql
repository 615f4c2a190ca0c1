-- Find what stands against a line.
SELECT customer_id, restriction_id
FROM risk.restriction
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint AND state NOT IN ('lifted', 'dismissed')
ORDER BY customer_id, restriction_id

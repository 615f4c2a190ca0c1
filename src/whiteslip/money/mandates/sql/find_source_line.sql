-- Find the line a source pays for.
SELECT customer_id, line_id
FROM money.payment_source
WHERE customer_id = %(customer_id)s::bigint AND source_id = %(source_id)s::bigint

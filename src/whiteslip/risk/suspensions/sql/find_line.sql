-- Find the line a restriction is on.
SELECT customer_id, line_id FROM risk.restriction
WHERE customer_id = %(customer_id)s::bigint AND restriction_id = %(restriction_id)s::bigint

-- Find the line a grant is for, so that the line is locked before the grant.
SELECT customer_id, line_id FROM money.goodwill WHERE customer_id = %(customer_id)s::bigint AND goodwill_id = %(goodwill_id)s::bigint

-- Find the line a waiver is of, so that the line is locked before the waiver.
SELECT customer_id, line_id FROM money.fee_waiver WHERE customer_id = %(customer_id)s::bigint AND waiver_id = %(waiver_id)s::bigint

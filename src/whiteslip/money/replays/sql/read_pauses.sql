-- For which days late fees of a line or of its purchases stood still.
SELECT purchase_id, starts_on, ends_on
FROM money.fee_pause
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
ORDER BY pause_id ASC

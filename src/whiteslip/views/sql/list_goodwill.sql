-- List what was granted to a line, the latest first.
SELECT
    customer_id, goodwill_id, line_id, amount_minor, why, note, needs_two, state, asked_by, principal_minor, fee_minor, late_fee_minor, credit_minor
FROM money.goodwill
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
ORDER BY goodwill_id DESC
LIMIT 100

-- List the waivers of a line, the latest first.
SELECT
    customer_id, waiver_id, line_id, movement_id, first_on, last_on, asked_minor, needs_two, state, asked_by, note, waived_minor, returned_minor
FROM money.fee_waiver
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
ORDER BY waiver_id DESC
LIMIT 100

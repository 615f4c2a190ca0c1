-- Lock a waiver and read it as it stands.
SELECT
    customer_id, waiver_id, line_id, movement_id, first_on, last_on, asked_minor, needs_two, state, asked_by, note, waived_minor, returned_minor
FROM money.fee_waiver
WHERE customer_id = %(customer_id)s::bigint AND waiver_id = %(waiver_id)s::bigint
FOR UPDATE

-- Claims in some states, the latest first, with the days on which something was decided of them.
SELECT
    customer_id, charge_off_id, line_id, state, principal_minor, fee_minor, late_fee_minor, recovered_minor, written_off_minor, oldest_due_on,
    days_past_due, proposed_by, decided_by, ending_by, note, proposed_on, decided_on, ended_on, ended_by
FROM money.charge_off
WHERE
    state = ANY(%(states)s::text[])
    AND (%(customer_id)s::bigint IS NULL OR customer_id = %(customer_id)s::bigint)
    AND (%(charge_off_id)s::bigint IS NULL OR charge_off_id = %(charge_off_id)s::bigint)
ORDER BY charge_off_id DESC
LIMIT %(most)s

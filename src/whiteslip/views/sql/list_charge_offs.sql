-- The charge-offs of a line, the latest first.
SELECT
    customer_id, charge_off_id, line_id, state, principal_minor, fee_minor, late_fee_minor, recovered_minor, written_off_minor, oldest_due_on,
    days_past_due, proposed_by, decided_by, ending_by, note
FROM money.charge_off
WHERE customer_id = %(customer_id)s AND line_id = %(line_id)s
ORDER BY charge_off_id DESC
LIMIT 100

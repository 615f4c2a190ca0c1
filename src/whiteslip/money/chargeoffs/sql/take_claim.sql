-- Lock a claim; its line is locked before.
SELECT
    customer_id, charge_off_id, line_id, state, principal_minor, fee_minor, late_fee_minor, recovered_minor, written_off_minor, oldest_due_on,
    days_past_due, proposed_by, decided_by, ending_by, note
FROM money.charge_off
WHERE customer_id = %(customer_id)s AND charge_off_id = %(charge_off_id)s
FOR UPDATE

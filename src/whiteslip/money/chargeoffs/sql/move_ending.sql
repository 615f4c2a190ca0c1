-- Propose the end of a claim, or take the proposal back.
UPDATE money.charge_off
SET state = %(state)s, ending_by = %(ending_by)s
WHERE customer_id = %(customer_id)s AND charge_off_id = %(charge_off_id)s AND state IN ('charged_off', 'ending')

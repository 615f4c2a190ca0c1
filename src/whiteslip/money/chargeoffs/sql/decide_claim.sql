-- Charge a line off as proposed, with what left the assets, or refuse it, where all sums are zero.
UPDATE money.charge_off
SET
    state = %(state)s, principal_minor = %(principal_minor)s, fee_minor = %(fee_minor)s, late_fee_minor = %(late_fee_minor)s,
    oldest_due_on = %(oldest_due_on)s::date, decided_by = %(decided_by)s, decided_on = %(on_date)s::date, decided_at = %(at)s::timestamptz,
    acted_number = nextval('money.number')
WHERE customer_id = %(customer_id)s AND charge_off_id = %(charge_off_id)s AND state = 'proposed'

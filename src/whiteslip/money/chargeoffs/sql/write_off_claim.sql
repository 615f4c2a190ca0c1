-- End a claim: what of it still stands is written off.
UPDATE money.charge_off
SET
    state = 'written_off', written_off_minor = principal_minor + fee_minor + late_fee_minor - recovered_minor, ended_by = %(ended_by)s,
    ended_on = %(on_date)s::date, ended_at = %(at)s::timestamptz, ended_number = nextval('money.number')
WHERE customer_id = %(customer_id)s AND charge_off_id = %(charge_off_id)s AND state = 'ending'

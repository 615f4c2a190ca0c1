-- Write how a waiver that was taken before ended.
UPDATE money.fee_waiver SET
    state = %(state)s,
    waived_minor = %(waived_minor)s::bigint,
    returned_minor = %(returned_minor)s::bigint,
    decided_by = %(decided_by)s,
    decided_on = %(on_date)s::date,
    decided_at = %(at)s::timestamptz,
    acted_number = nextval('money.number')
WHERE customer_id = %(customer_id)s::bigint AND waiver_id = %(waiver_id)s::bigint AND state = 'asked'

-- Write how a grant that was taken before ended.
UPDATE money.goodwill SET
    state = %(state)s,
    principal_minor = %(principal_minor)s::bigint,
    fee_minor = %(fee_minor)s::bigint,
    late_fee_minor = %(late_fee_minor)s::bigint,
    credit_minor = %(credit_minor)s::bigint,
    decided_by = %(decided_by)s,
    decided_on = %(on_date)s::date,
    decided_at = %(at)s::timestamptz,
    acted_number = nextval('money.number')
WHERE customer_id = %(customer_id)s::bigint AND goodwill_id = %(goodwill_id)s::bigint AND state = 'asked'

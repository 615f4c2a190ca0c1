-- Let a claim be what another life of its line makes of it; a claim that stands again, or no more, is dated today.
UPDATE money.charge_off
SET
    principal_minor = %(principal_minor)s::bigint, fee_minor = %(fee_minor)s::bigint, late_fee_minor = %(late_fee_minor)s::bigint,
    recovered_minor = %(recovered_minor)s::bigint, written_off_minor = %(written_off_minor)s::bigint,
    oldest_due_on = coalesce(%(oldest_due_on)s::date, charge_off.oldest_due_on),
    state = CASE WHEN charge_off.state = 'ending' AND %(state)s::text = 'charged_off' THEN 'ending' ELSE %(state)s::text END,
    ended_on = CASE WHEN %(state)s::text = 'charged_off' THEN NULL ELSE coalesce(charge_off.ended_on, %(on_date)s::date) END,
    ended_at = CASE WHEN %(state)s::text = 'charged_off' THEN NULL ELSE coalesce(charge_off.ended_at, %(at)s::timestamptz) END
WHERE customer_id = %(customer_id)s::bigint AND charge_off_id = %(number)s::bigint

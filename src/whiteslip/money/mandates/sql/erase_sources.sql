-- Stop the sources of people who are erased, and take away whose and where they were; what was collected stays.
UPDATE money.payment_source
SET
    label = %(mark)s::text, account = %(mark)s::text, holder = %(mark)s::text,
    stopped_at = coalesce(stopped_at, %(at)s::timestamptz), stopped_on = coalesce(stopped_on, %(on)s::date),
    stop_reason = coalesce(stop_reason, 'erased')
WHERE customer_id = ANY(%(customer_ids)b::bigint[])

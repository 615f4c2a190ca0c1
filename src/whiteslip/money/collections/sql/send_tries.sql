-- Note planned tries as sent, for what and at which source, before a bank is asked; the lines are locked, and another worker finds them sent.
UPDATE money.collection_try AS try
SET
    state = 'sent', try_on = %(on)s::date, source_id = sent.source_id, amount_minor = sent.amount_minor, handings = 1,
    leased_until = %(leased_until)s::timestamptz
FROM unnest(%(customer_ids)b::bigint[], %(try_ids)b::bigint[], %(source_ids)b::bigint[], %(amounts_minor)b::bigint[])
    AS sent (customer_id, try_id, source_id, amount_minor)
WHERE try.customer_id = sent.customer_id AND try.try_id = sent.try_id AND try.state = 'planned'
RETURNING try.customer_id, try.try_id

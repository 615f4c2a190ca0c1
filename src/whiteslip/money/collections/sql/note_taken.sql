-- Note that a bank has tries; what was answered meanwhile stays as it is.
UPDATE money.collection_try AS try
SET taken_at = %(at)s::timestamptz
FROM unnest(%(customer_ids)b::bigint[], %(try_ids)b::bigint[]) AS taken (customer_id, try_id)
WHERE try.customer_id = taken.customer_id AND try.try_id = taken.try_id AND try.state = 'sent' AND try.taken_at IS NULL

-- Take tries that a bank did not say it has, to hand them in again as they were.
UPDATE money.collection_try AS try
SET handings = try.handings + 1, leased_until = %(leased_until)s::timestamptz
FROM unnest(%(customer_ids)b::bigint[], %(try_ids)b::bigint[]) AS again (customer_id, try_id)
WHERE
    try.customer_id = again.customer_id AND try.try_id = again.try_id
    AND try.state = 'sent' AND try.taken_at IS NULL AND try.leased_until <= %(at)s::timestamptz
RETURNING try.customer_id, try.try_id

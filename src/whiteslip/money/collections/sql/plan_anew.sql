-- Plan tries anew that certainly reached no bank: they were handed in once, and that handing failed before it began.
-- Pure twin: money/collections/rules.py: goes_back
UPDATE money.collection_try AS try
SET state = 'planned', handings = 0, leased_until = NULL
FROM unnest(%(customer_ids)b::bigint[], %(try_ids)b::bigint[]) AS back (customer_id, try_id)
WHERE
    try.customer_id = back.customer_id AND try.try_id = back.try_id
    AND try.state = 'sent' AND try.taken_at IS NULL AND try.handings = 1

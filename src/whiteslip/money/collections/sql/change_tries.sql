-- Write what became of tries; their lines are locked.
UPDATE money.collection_try AS try
SET
    state = change.state, paid_minor = change.paid_minor, repayment_id = change.repayment_id, answered_on = change.answered_on,
    reason = change.reason
FROM unnest(
    %(customer_ids)b::bigint[], %(try_ids)b::bigint[], %(states)b::text[], %(paids_minor)b::bigint[], %(repayment_ids)b::bigint[],
    %(answered_ons)b::date[], %(reasons)b::text[]
) AS change (customer_id, try_id, state, paid_minor, repayment_id, answered_on, reason)
WHERE try.customer_id = change.customer_id AND try.try_id = change.try_id

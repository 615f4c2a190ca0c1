-- Read tries by their keys.
SELECT
    try.customer_id, try.try_id, try.collection_id, try.line_id, try.source_id, try.amount_minor, try.due_on, try.try_on, try.try_from, try.number,
    try.slot, try.handings, try.state, try.paid_minor, try.repayment_id, try.answered_on, try.reason
FROM unnest(%(customer_ids)b::bigint[], %(try_ids)b::bigint[]) AS wanted (customer_id, try_id)
INNER JOIN money.collection_try AS try ON try.customer_id = wanted.customer_id AND try.try_id = wanted.try_id

-- Find the cases in which appeals lie; they are locked before the appeals.
SELECT appeal.customer_id, appeal.case_id
FROM care.appeal
JOIN unnest(%(customer_ids)b::bigint[], %(appeal_ids)b::bigint[]) AS wanted (customer_id, appeal_id)
    ON appeal.customer_id = wanted.customer_id AND appeal.appeal_id = wanted.appeal_id

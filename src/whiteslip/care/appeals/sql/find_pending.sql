-- Find which of these cases still hold an appeal that is not ended.
SELECT DISTINCT appeal.customer_id, appeal.case_id
FROM care.appeal
JOIN unnest(%(customer_ids)b::bigint[], %(case_ids)b::bigint[]) AS wanted (customer_id, case_id)
    ON appeal.customer_id = wanted.customer_id AND appeal.case_id = wanted.case_id
WHERE appeal.state IN ('received', 'in_review')

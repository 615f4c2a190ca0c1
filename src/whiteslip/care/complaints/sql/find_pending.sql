-- Find which of these cases still hold a complaint that is not ended.
SELECT DISTINCT complaint.customer_id, complaint.case_id
FROM care.complaint
JOIN unnest(%(customer_ids)b::bigint[], %(case_ids)b::bigint[]) AS wanted (customer_id, case_id)
    ON complaint.customer_id = wanted.customer_id AND complaint.case_id = wanted.case_id
WHERE complaint.state IN ('received', 'in_review')

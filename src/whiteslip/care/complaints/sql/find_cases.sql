-- Find the cases in which complaints lie; they are locked before the complaints.
SELECT complaint.customer_id, complaint.case_id
FROM care.complaint
JOIN unnest(%(customer_ids)b::bigint[], %(complaint_ids)b::bigint[]) AS wanted (customer_id, complaint_id)
    ON complaint.customer_id = wanted.customer_id AND complaint.complaint_id = wanted.complaint_id

-- Note in which case each complaint lies.
UPDATE care.complaint
SET case_id = placed.case_id
FROM unnest(%(customer_ids)b::bigint[], %(complaint_ids)b::bigint[], %(case_ids)b::bigint[]) AS placed (customer_id, complaint_id, case_id)
WHERE complaint.customer_id = placed.customer_id AND complaint.complaint_id = placed.complaint_id AND complaint.case_id IS NULL

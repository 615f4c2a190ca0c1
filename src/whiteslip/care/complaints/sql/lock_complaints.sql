-- Lock complaints for a journey that moves them, and read them as they are; keys come sorted, so concurrent batches meet in one order.
UPDATE care.complaint
SET turn = complaint.turn + 1
FROM unnest(%(customer_ids)b::bigint[], %(complaint_ids)b::bigint[]) AS wanted (customer_id, complaint_id)
WHERE complaint.customer_id = wanted.customer_id AND complaint.complaint_id = wanted.complaint_id
RETURNING complaint.customer_id, complaint.complaint_id, complaint.case_id, complaint.line_id, complaint.state

-- Note the reports that answer inquiries; what no longer waits is left alone.
UPDATE credit.bureau_inquiry
SET status = 'answered', report_id = came.report_id, finished_at = %(at)s::timestamptz, failure = NULL
FROM unnest(%(customer_ids)b::bigint[], %(inquiry_ids)b::bigint[], %(report_ids)b::bigint[]) AS came (customer_id, inquiry_id, report_id)
WHERE bureau_inquiry.customer_id = came.customer_id AND bureau_inquiry.inquiry_id = came.inquiry_id AND bureau_inquiry.status = 'waiting'
RETURNING bureau_inquiry.customer_id, bureau_inquiry.inquiry_id, bureau_inquiry.application_id

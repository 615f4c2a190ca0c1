-- Give up inquiries past their deadline; one never tried is given up only while the bureau cannot be reached.
UPDATE credit.bureau_inquiry
SET status = 'failed', finished_at = %(at)s::timestamptz, failure = coalesce(bureau_inquiry.failure, 'unreachable')
WHERE
    bureau_inquiry.status = 'waiting'
    AND bureau_inquiry.next_try_at <= %(at)s::timestamptz
    AND bureau_inquiry.requested_at <= %(asked_before)s::timestamptz
    AND (bureau_inquiry.tries > 0 OR NOT %(is_reachable)s::boolean)
RETURNING bureau_inquiry.customer_id, bureau_inquiry.inquiry_id, bureau_inquiry.application_id

-- Try inquiries again later, or give them up; a failure another worker counted already is not counted twice.
UPDATE credit.bureau_inquiry
SET
    tries = late.tries,
    next_try_at = late.next_try_at,
    failure = late.failure,
    status = CASE WHEN late.is_given_up THEN 'failed' ELSE 'waiting' END,
    finished_at = CASE WHEN late.is_given_up THEN %(at)s::timestamptz END
FROM unnest(
    %(customer_ids)b::bigint[], %(inquiry_ids)b::bigint[], %(tries_before)b::smallint[], %(tries)b::smallint[], %(next_try_ats)b::timestamptz[],
    %(failures)b::text[], %(given_up)b::boolean[]
) AS late (customer_id, inquiry_id, tries_before, tries, next_try_at, failure, is_given_up)
WHERE
    bureau_inquiry.customer_id = late.customer_id
    AND bureau_inquiry.inquiry_id = late.inquiry_id
    AND bureau_inquiry.status = 'waiting'
    AND bureau_inquiry.tries = late.tries_before
RETURNING bureau_inquiry.customer_id, bureau_inquiry.inquiry_id, bureau_inquiry.application_id, bureau_inquiry.status

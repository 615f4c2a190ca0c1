-- Take inquiries that are due, the longest waiting first, and move them ahead by a lease: if whoever took them dies, they are due again.
-- What another worker took in the meantime no longer is due when its row is seen, and is left out.
UPDATE credit.bureau_inquiry
SET next_try_at = %(leased_until)s::timestamptz
FROM (
    SELECT waiting.customer_id, waiting.inquiry_id
    FROM credit.bureau_inquiry AS waiting
    WHERE waiting.status = 'waiting' AND waiting.next_try_at <= %(at)s::timestamptz
    ORDER BY waiting.next_try_at
    LIMIT %(most)s::integer
) AS due
WHERE
    bureau_inquiry.customer_id = due.customer_id
    AND bureau_inquiry.inquiry_id = due.inquiry_id
    AND bureau_inquiry.status = 'waiting'
    AND bureau_inquiry.next_try_at <= %(at)s::timestamptz
RETURNING
    bureau_inquiry.customer_id, bureau_inquiry.inquiry_id, bureau_inquiry.application_id, bureau_inquiry.tries, bureau_inquiry.requested_at

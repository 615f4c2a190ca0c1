-- Cancel what still waits for applications that were withdrawn.
UPDATE credit.bureau_inquiry
SET status = 'cancelled', finished_at = %(at)s::timestamptz
FROM unnest(%(customer_ids)b::bigint[], %(application_ids)b::bigint[]) AS gone (customer_id, application_id)
WHERE
    bureau_inquiry.customer_id = gone.customer_id AND bureau_inquiry.application_id = gone.application_id AND bureau_inquiry.status = 'waiting'

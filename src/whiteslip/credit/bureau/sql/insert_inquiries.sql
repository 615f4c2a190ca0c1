-- Make inquiries, due at once.
INSERT INTO credit.bureau_inquiry (customer_id, inquiry_id, application_id, requested_at, next_try_at, status)
SELECT new.customer_id, new.inquiry_id, new.application_id, %(at)s::timestamptz, %(at)s::timestamptz, 'waiting'
FROM unnest(%(customer_ids)b::bigint[], %(inquiry_ids)b::bigint[], %(application_ids)b::bigint[]) AS new (customer_id, inquiry_id, application_id)

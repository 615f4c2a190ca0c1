-- Find which of these flags there are.
SELECT contact_flag.customer_id, contact_flag.flag_id
FROM unnest(%(customer_ids)b::bigint[], %(flag_ids)b::bigint[]) AS wanted (customer_id, flag_id)
INNER JOIN care.contact_flag ON contact_flag.customer_id = wanted.customer_id AND contact_flag.flag_id = wanted.flag_id

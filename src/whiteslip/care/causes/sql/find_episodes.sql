-- Find the episodes of arrears that attributions explain, each once.
SELECT DISTINCT cause.customer_id, cause.line_id, cause.since_on
FROM unnest(%(customer_ids)b::bigint[], %(cause_ids)b::bigint[]) AS wanted (customer_id, cause_id)
INNER JOIN care.cause ON cause.customer_id = wanted.customer_id AND cause.cause_id = wanted.cause_id
ORDER BY cause.customer_id, cause.line_id, cause.since_on

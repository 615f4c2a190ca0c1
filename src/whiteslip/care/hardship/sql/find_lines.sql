-- Whose line each relief is about.
SELECT DISTINCT relief.customer_id, relief.line_id
FROM unnest(%(customer_ids)b::bigint[], %(relief_ids)b::bigint[]) AS wanted (customer_id, relief_id)
INNER JOIN care.relief ON relief.customer_id = wanted.customer_id AND relief.relief_id = wanted.relief_id

-- Set whether lines are open, closed or charged off, in the transaction of its cause.
UPDATE money.line SET status = wanted.status
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(statuses)b::text[]) AS wanted (customer_id, line_id, status)
WHERE line.customer_id = wanted.customer_id AND line.line_id = wanted.line_id

-- The episodes of arrears under way of these lines.
SELECT arrears.customer_id, arrears.line_id, arrears.since_on
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.arrears ON arrears.customer_id = wanted.customer_id AND arrears.line_id = wanted.line_id AND arrears.ended_on IS NULL

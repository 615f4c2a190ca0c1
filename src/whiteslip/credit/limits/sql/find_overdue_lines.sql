-- Find the lines among these that are behind.
SELECT wanted.customer_id, wanted.line_id
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
WHERE EXISTS (
    SELECT FROM money.arrears
    WHERE arrears.customer_id = wanted.customer_id AND arrears.line_id = wanted.line_id AND arrears.ended_on IS NULL
)

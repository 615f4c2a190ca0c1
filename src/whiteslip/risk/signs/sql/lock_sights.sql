-- The last sight kept of each of some lines, locked until the transaction ends in the order of their keys.
SELECT sight.customer_id, sight.line_id, sight.seen_on, sight.color
FROM risk.line_sign AS sight
INNER JOIN unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
    ON wanted.customer_id = sight.customer_id AND wanted.line_id = sight.line_id
WHERE
    NOT EXISTS (
        SELECT FROM risk.line_sign AS later
        WHERE later.customer_id = sight.customer_id AND later.line_id = sight.line_id AND later.seen_on > sight.seen_on
    )
ORDER BY sight.customer_id, sight.line_id
FOR UPDATE OF sight

-- Set the restriction level of lines, in the transaction of its cause.
UPDATE money.line SET restriction_level = projected.level
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(levels)b::smallint[]) AS projected (customer_id, line_id, level)
WHERE line.customer_id = projected.customer_id AND line.line_id = projected.line_id

-- Set the restriction level of lines, and whether their plans are barred, in the transaction of its cause.
UPDATE money.line SET restriction_level = projected.level, plans_barred = projected.plans_barred
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(levels)b::smallint[], %(plans_barred)b::boolean[])
    AS projected (customer_id, line_id, level, plans_barred)
WHERE line.customer_id = projected.customer_id AND line.line_id = projected.line_id

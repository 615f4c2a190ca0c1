-- Sum the moves to some month ends by product and by the places before and after, for one product or all.
SELECT
    moved.month_end, product.name AS product, moved.place_before, moved.place_after, sum(moved.lines)::bigint AS lines,
    sum(moved.owed_before_minor)::bigint AS owed_before_minor,
    sum(moved.owed_after_minor)::bigint AS owed_after_minor
FROM money.month_move AS moved
INNER JOIN money.product ON product.product_id = moved.product_id
WHERE moved.month_end = ANY(%(month_ends)b::date[]) AND (%(product)s::text IS NULL OR product.name = %(product)s::text)
GROUP BY moved.month_end, product.name, moved.place_before, moved.place_after
ORDER BY moved.month_end, moved.place_before, moved.place_after, product.name

-- Find the products and buckets of a month end whose lines by class are not the lines of its moves; one kept before there were classes has none.
SELECT
    %(month_end)s::date AS month_end, product_id, place, moved.lines AS lines_moved, classed.lines AS lines_classed,
    moved.owed_minor AS owed_moved_minor, classed.owed_minor AS owed_classed_minor
FROM (
    SELECT product_id, place_after AS place, sum(lines)::bigint AS lines, sum(owed_after_minor)::bigint AS owed_minor
    FROM money.month_move
    WHERE month_end = %(month_end)s::date AND place_after >= 2
    GROUP BY product_id, place_after
) AS moved
FULL JOIN (
    SELECT product_id, place, sum(lines)::bigint AS lines, sum(owed_minor)::bigint AS owed_minor
    FROM risk.month_class
    WHERE month_end = %(month_end)s::date
    GROUP BY product_id, place
) AS classed USING (product_id, place)
WHERE
    (moved.lines, moved.owed_minor) IS DISTINCT FROM (classed.lines, classed.owed_minor)
    AND EXISTS (SELECT FROM risk.month_class WHERE month_end = %(month_end)s::date)
ORDER BY product_id, place

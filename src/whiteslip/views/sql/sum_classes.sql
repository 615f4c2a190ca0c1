-- Sum what lines owed at a month end by product, bucket, class and stage, and why; what of it was scored, and the money the scores expect to default.
SELECT
    product.name AS product, classed.place, classed.asset_class, classed.class_why, classed.stage, classed.stage_why, classed.terms_version,
    sum(classed.lines)::bigint AS lines, sum(classed.owed_minor)::bigint AS owed_minor, sum(classed.scored_lines)::bigint AS scored_lines,
    sum(classed.scored_owed_minor)::bigint AS scored_owed_minor, sum(classed.scored_bad_minor)::bigint AS scored_bad_minor
FROM risk.month_class AS classed
INNER JOIN money.product ON product.product_id = classed.product_id
WHERE classed.month_end = %(month_end)s::date AND (%(product)s::text IS NULL OR product.name = %(product)s::text)
GROUP BY
    product.name, classed.place, classed.asset_class, classed.class_why, classed.stage, classed.stage_why, classed.terms_version
ORDER BY product.name, classed.place, classed.asset_class, classed.class_why, classed.stage, classed.stage_why

-- Sum what lines owed at a month end, by the name of their product and by thirty-day bucket.
SELECT
    product.name AS segment, least((kept.days_past_due + 29) / 30, 7) AS bucket, count(*) AS lines,
    sum(kept.owed_minor)::bigint AS owed_minor
FROM money.month_end AS kept
INNER JOIN money.line ON line.customer_id = kept.customer_id AND line.line_id = kept.line_id
INNER JOIN money.product ON product.product_id = line.product_id
WHERE kept.month_end = %(month_end)s::date
GROUP BY product.name, least((kept.days_past_due + 29) / 30, 7)
ORDER BY segment, bucket

-- Of the purchases authorized in the window, those at the shop that sold most, and its share of the amount.
SELECT
    coalesce(largest.purchases, 0) AS hits,
    coalesce(largest.all_purchases, 0) AS out_of,
    coalesce(
        largest.last_on,
        CASE WHEN EXISTS (SELECT FROM money.purchase AS ever WHERE NOT ever.imported) THEN %(from_on)s::date - 1 END
    ) AS seen_on,
    (largest.amount_minor * 1000000 / nullif(largest.all_minor, 0))::bigint AS value_ppm,
    coalesce('mer_' || largest.merchant_id, '') AS detail
FROM (SELECT 1 AS one) AS always
LEFT JOIN (
    SELECT
        purchase.merchant_id, count(*) AS purchases, sum(purchase.authorized_minor) AS amount_minor,
        sum(count(*)) OVER ()::bigint AS all_purchases, sum(sum(purchase.authorized_minor)) OVER () AS all_minor,
        max(max(purchase.authorized_on)) OVER () AS last_on
    FROM money.purchase
    WHERE
        purchase.authorized_on >= %(from_on)s::date AND purchase.authorized_on < %(to_on)s::date
        AND NOT purchase.imported AND purchase.status NOT IN ('declined', 'referred')
    GROUP BY purchase.merchant_id
    ORDER BY amount_minor DESC, purchase.merchant_id ASC
    LIMIT 1
) AS largest ON TRUE

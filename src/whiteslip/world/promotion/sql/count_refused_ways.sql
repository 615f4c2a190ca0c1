-- Other ways that were taken and then not granted, by the first reason told.
SELECT refused.code, count(*) AS ways
FROM (
    SELECT DISTINCT ON (purchase.customer_id, rtrim(purchase.order_ref, 'v'))
        purchase.status, purchase.reasons -> 0 ->> 'code' AS code
    FROM money.purchase
    WHERE purchase.authorized_on >= %(since)s::date AND purchase.order_ref ~ '^618-[0-9]+-[pl]v?$'
    ORDER BY purchase.customer_id ASC, rtrim(purchase.order_ref, 'v') ASC, purchase.purchase_id DESC
) AS refused
WHERE refused.status IN ('declined', 'referred')
GROUP BY refused.code
ORDER BY refused.code

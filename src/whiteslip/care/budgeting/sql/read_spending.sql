-- Read what somebody bought on credit since an instant.
SELECT purchase.authorized_at, purchase.authorized_minor
FROM money.purchase
WHERE
    purchase.customer_id = %(customer_id)s::bigint
    AND purchase.authorized_at > %(since)s::timestamptz
    AND purchase.status NOT IN ('declined', 'referred')
    AND NOT purchase.imported
ORDER BY purchase.authorized_at

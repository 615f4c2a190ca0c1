-- Find what was agreed to with a plan that was granted.
SELECT
    purchase.merchant_id, disclosure.product_id, disclosure.months, disclosure.principal_minor, disclosure.installments, disclosure.simple_ppm,
    disclosure.compound_ppm, disclosure.late_fee_ppm, disclosure.disclosed_on, disclosure.version, disclosure.shown_at, disclosure.confirmed_at,
    disclosure.is_named
FROM money.disclosure
INNER JOIN money.purchase ON purchase.customer_id = disclosure.customer_id AND purchase.purchase_id = disclosure.purchase_id
WHERE
    disclosure.customer_id = %(customer_id)s
    AND disclosure.purchase_id = %(purchase_id)s
    AND purchase.status NOT IN ('declined', 'referred')

-- List a line's purchases with their shops, the last ones first.
SELECT
    purchase.purchase_id, shop.name AS merchant, purchase.authorized_on, purchase.authorized_at, purchase.expires_on, purchase.plan_months,
    purchase.status::text AS status, purchase.imported, purchase.authorized_minor, purchase.captured_minor, purchase.released_minor,
    purchase.refunded_minor, purchase.reasons
FROM money.purchase
INNER JOIN money.merchant AS shop ON shop.merchant_id = purchase.merchant_id
WHERE purchase.customer_id = %(customer_id)s AND purchase.line_id = %(line_id)s
ORDER BY purchase.purchase_id DESC
LIMIT %(limit)s

-- List a shop's own sales before a cursor, the newest first; perhaps those of one state, or of one order.
SELECT
    customer_id, purchase_id, status::text AS status, order_ref, plan_months, authorized_minor, captured_minor, released_minor, refunded_minor,
    authorized_at, expires_on
FROM money.purchase
WHERE
    merchant_id = %(merchant_id)s AND purchase_id < %(before)s AND NOT imported
    AND (%(status)s::text = '' OR status::text = %(status)s::text)
    AND (%(order_ref)s::text = '' OR order_ref = %(order_ref)s::text)
ORDER BY purchase_id DESC
LIMIT %(limit)s

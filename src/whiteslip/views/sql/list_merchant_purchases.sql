-- List a merchant's sales before a cursor, newest first.
SELECT
    customer_id, purchase_id, line_id, merchant_id, status::text AS status, order_ref, plan_months, authorized_minor, captured_minor, released_minor,
    refunded_minor, authorized_at, expires_on, reasons
FROM money.purchase
WHERE merchant_id = %(merchant_id)s AND purchase_id < %(before)s
ORDER BY purchase_id DESC
LIMIT %(limit)s

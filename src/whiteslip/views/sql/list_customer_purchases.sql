-- List a customer's purchases before a cursor, newest first.
SELECT
    customer_id, purchase_id, line_id, merchant_id, status::text AS status, order_ref, plan_months, authorized_minor, captured_minor, released_minor,
    refunded_minor, authorized_at, expires_on, reasons
FROM money.purchase
WHERE customer_id = %(customer_id)s AND purchase_id < %(before)s
    AND (%(merchant_id)s::bigint IS NULL OR merchant_id = %(merchant_id)s::bigint)
ORDER BY purchase_id DESC
LIMIT %(limit)s

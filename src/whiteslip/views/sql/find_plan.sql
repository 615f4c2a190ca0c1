-- Find what a purchase's plan follows from: the purchase, the terms of its line, and what was captured when.
SELECT
    purchase.merchant_id, purchase.status::text AS status, purchase.order_ref, purchase.plan_months, purchase.authorized_minor,
    purchase.captured_minor, purchase.released_minor, purchase.authorized_on, purchase.authorized_at, line.product_id, line.statement_day,
    coalesce(captured.amounts_minor, '{}') AS amounts_minor, coalesce(captured.captured_ons, '{}') AS captured_ons
FROM money.purchase
INNER JOIN money.line ON line.customer_id = purchase.customer_id AND line.line_id = purchase.line_id
CROSS JOIN LATERAL (
    SELECT
        array_agg(capture.amount_minor ORDER BY capture.capture_id) AS amounts_minor,
        array_agg(capture.captured_on ORDER BY capture.capture_id) AS captured_ons
    FROM money.capture
    WHERE capture.customer_id = purchase.customer_id AND capture.purchase_id = purchase.purchase_id
) AS captured
WHERE purchase.customer_id = %(customer_id)s AND purchase.purchase_id = %(purchase_id)s

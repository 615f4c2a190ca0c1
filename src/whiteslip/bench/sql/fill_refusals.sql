-- Refuse each restricted line of a made book two orders.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, authorized_at, authorized_on, expires_on, plan_months, status, order_ref, reasons
)
SELECT
    restriction.customer_id, restriction.customer_id * 32 + 20 + number, restriction.line_id, shop.merchant_id, 10000,
    restriction.since_on + number, restriction.since_on + number, restriction.since_on + number + 7, 0, 'declined', 'refused-' || number, '[{"code": "POL-01"}]'
FROM risk.restriction
CROSS JOIN (SELECT min(merchant_id) AS merchant_id FROM money.merchant) AS shop
CROSS JOIN generate_series(1, 2) AS number
WHERE restriction.book = 'tightening'

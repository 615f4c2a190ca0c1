-- Write the purchases of a made book, in the order in which they would have come.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, captured_minor, authorized_at, authorized_on, expires_on, plan_months, status, imported,
    order_ref
)
SELECT
    customer_id, customer_id * 32 + place, customer_id * 32, %(merchant_id)s::bigint, amount_minor, CASE WHEN place = 6 THEN 0 ELSE amount_minor END,
    made_on, made_on, made_on + 7, CASE WHEN place = 5 THEN 6 ELSE 0 END,
    (CASE WHEN place = 6 THEN 'authorized' ELSE 'captured' END)::money.purchase_status, place <> 6, 'order-' || customer_id || '-' || place
FROM (
    SELECT customer_id, purchase_place AS place, sum(principal_minor)::bigint AS amount_minor, min(captured_on) AS made_on
    FROM drawn_debt
    GROUP BY customer_id, purchase_place
    UNION ALL
    SELECT customer_id, 6, 2000, %(business_date)s::date - 7 + mod(days, 8)
    FROM drawn_line
    WHERE holding
) AS made
ORDER BY made_on, customer_id

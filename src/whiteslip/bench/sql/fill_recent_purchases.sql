-- Write purchases asked for on a made book in the last month and the two before: voided since, so that nobody owes them, and some declined.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, released_minor, authorized_at, authorized_on, expires_on, plan_months, status,
    order_ref, reasons
)
SELECT
    made.customer_id, nextval('money.number'), made.line_id, 1 + mod(made.draw, 40), 1000 + made.draw, CASE WHEN made.declined THEN 0 ELSE 1000 + made.draw END,
    made.on_day, made.on_day, made.on_day + 7, 0, (CASE WHEN made.declined THEN 'declined' ELSE 'voided' END)::money.purchase_status,
    'recent-' || made.customer_id, CASE WHEN made.declined THEN '[{"code": "LIM-01"}]'::jsonb END
FROM (
    SELECT
        line.customer_id, line.line_id, %(business_date)s::date - day.back AS on_day,
        mod(hashint8extended(line.customer_id, 40 + day.back) & 2147483647, 30000)::bigint AS draw,
        mod(hashint8extended(line.customer_id, 400 + day.back) & 2147483647, 30) = 0 AS declined
    FROM generate_series(89, 0, -1) AS day (back)
    CROSS JOIN money.line
    WHERE mod(hashint8extended(line.customer_id, 41 + day.back) & 2147483647, 45) = 0
) AS made
ORDER BY made.on_day, made.customer_id

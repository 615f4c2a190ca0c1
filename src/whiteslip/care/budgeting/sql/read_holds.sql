-- Read what is approved and not captured yet, with the line whose terms it will follow.
SELECT
    purchase.customer_id, purchase.line_id, line.statement_day, line.product_id, purchase.plan_months,
    purchase.authorized_minor - purchase.captured_minor - purchase.released_minor AS amount_minor
FROM money.purchase
INNER JOIN money.line ON line.customer_id = purchase.customer_id AND line.line_id = purchase.line_id
WHERE purchase.customer_id = ANY(%(customer_ids)b::bigint[]) AND purchase.status = 'authorized'
ORDER BY purchase.customer_id, purchase.purchase_id

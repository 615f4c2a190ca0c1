-- Read purchases by id.
SELECT
    purchase.customer_id, purchase.purchase_id, purchase.line_id, purchase.merchant_id, purchase.authorized_minor, purchase.captured_minor,
    purchase.released_minor, purchase.refunded_minor, purchase.plan_months, purchase.status::text, purchase.imported
FROM unnest(%(customer_ids)b::bigint[], %(purchase_ids)b::bigint[]) AS wanted (customer_id, purchase_id)
INNER JOIN money.purchase ON purchase.customer_id = wanted.customer_id AND purchase.purchase_id = wanted.purchase_id

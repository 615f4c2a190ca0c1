-- Move purchases on by what was captured, released or refunded.
UPDATE money.purchase
SET
    captured_minor = purchase.captured_minor + step.captured_minor,
    released_minor = purchase.released_minor + step.released_minor,
    refunded_minor = purchase.refunded_minor + step.refunded_minor,
    status = step.status
FROM unnest(
    %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(captured_minor)b::bigint[], %(released_minor)b::bigint[], %(refunded_minor)b::bigint[],
    %(statuses)b::text[]::money.purchase_status[]
) AS step (customer_id, purchase_id, captured_minor, released_minor, refunded_minor, status)
WHERE purchase.customer_id = step.customer_id AND purchase.purchase_id = step.purchase_id

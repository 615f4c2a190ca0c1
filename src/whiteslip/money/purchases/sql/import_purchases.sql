-- Keep purchases that another system let happen: captured in full, to be paid later.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, captured_minor, authorized_at, authorized_on, expires_on, plan_months, status,
    imported, order_ref
)
SELECT
    new.customer_id, new.purchase_id, new.line_id, %(merchant_id)s::bigint, new.amount_minor, new.amount_minor, %(imported_at)s::timestamptz,
    %(imported_on)s::date, %(imported_on)s::date, 0, 'captured', TRUE, %(order_ref)s::text
FROM unnest(
    %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[]
) AS new (customer_id, purchase_id, line_id, amount_minor)

-- Keep purchases, approved or declined.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, captured_minor, authorized_at, authorized_on, expires_on, plan_months, status,
    imported, order_ref, reasons
)
SELECT
    new.customer_id, new.purchase_id, new.line_id, new.merchant_id, new.amount_minor, new.captured_minor, %(authorized_at)s::timestamptz,
    %(authorized_on)s::date, new.expires_on, new.plan_months, new.status, %(imported)s::boolean, new.order_ref, new.reasons
FROM unnest(
    %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(line_ids)b::bigint[], %(merchant_ids)b::bigint[], %(amounts_minor)b::bigint[],
    %(captured_minor)b::bigint[], %(expires_ons)b::date[], %(plan_months)b::smallint[], %(statuses)b::text[]::money.purchase_status[],
    %(order_refs)b::text[], %(reasons)b::jsonb[]
) AS new (
    customer_id, purchase_id, line_id, merchant_id, amount_minor, captured_minor, expires_on, plan_months, status, order_ref, reasons
)

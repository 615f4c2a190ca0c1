-- Keep declined and referred purchases with their reasons.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, authorized_at, authorized_on, expires_on, plan_months, status, order_ref, reasons, device,
    address
)
SELECT
    new.customer_id, new.purchase_id, new.line_id, new.merchant_id, new.amount_minor, %(refused_at)s::timestamptz, %(refused_on)s::date,
    %(refused_on)s::date, new.plan_months, new.status::money.purchase_status, new.order_ref, new.reasons,
    nullif(new.device, 0), nullif(new.address, 0)
FROM unnest(
    %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(line_ids)b::bigint[], %(merchant_ids)b::bigint[], %(amounts_minor)b::bigint[],
    %(plan_months)b::smallint[], %(order_refs)b::text[], %(reasons)b::jsonb[], %(statuses)b::text[], %(devices)b::bigint[], %(addresses)b::bigint[]
) AS new (customer_id, purchase_id, line_id, merchant_id, amount_minor, plan_months, order_ref, reasons, status, device, address)

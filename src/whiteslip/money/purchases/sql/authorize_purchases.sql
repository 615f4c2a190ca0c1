-- Keep authorized purchases.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, authorized_at, authorized_on, expires_on, plan_months, status, order_ref, device, address
)
SELECT
    new.customer_id, new.purchase_id, new.line_id, new.merchant_id, new.amount_minor, %(authorized_at)s::timestamptz, %(authorized_on)s::date,
    %(authorized_on)s::date + new.hold_days, new.plan_months, 'authorized', new.order_ref, nullif(new.device, 0),
    nullif(new.address, 0)
FROM unnest(
    %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(line_ids)b::bigint[], %(merchant_ids)b::bigint[], %(amounts_minor)b::bigint[],
    %(hold_days)b::smallint[], %(plan_months)b::smallint[], %(order_refs)b::text[], %(devices)b::bigint[], %(addresses)b::bigint[]
) AS new (customer_id, purchase_id, line_id, merchant_id, amount_minor, hold_days, plan_months, order_ref, device, address)

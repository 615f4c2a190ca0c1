-- Keep declined purchases with their reasons.
INSERT INTO money.purchase (
    customer_id, purchase_id, line_id, merchant_id, authorized_minor, authorized_at, authorized_on, expires_on, plan_months, status, order_ref, reasons
)
SELECT
    new.customer_id, new.purchase_id, new.line_id, new.merchant_id, new.amount_minor, %(declined_at)s::timestamptz, %(declined_on)s::date,
    %(declined_on)s::date, new.plan_months, 'declined', new.order_ref, new.reasons
FROM unnest(
    %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(line_ids)b::bigint[], %(merchant_ids)b::bigint[], %(amounts_minor)b::bigint[],
    %(plan_months)b::smallint[], %(order_refs)b::text[], %(reasons)b::jsonb[]
) AS new (customer_id, purchase_id, line_id, merchant_id, amount_minor, plan_months, order_ref, reasons)

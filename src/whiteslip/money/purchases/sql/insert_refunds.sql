-- Keep refunds and where they went.
INSERT INTO money.refund (
    customer_id, refund_id, purchase_id, line_id, amount_minor, offset_minor, credit_minor, unbilled_plan_minor, refunded_on, refunded_at
)
SELECT
    new.customer_id, new.refund_id, new.purchase_id, new.line_id, new.amount_minor, new.offset_minor, new.credit_minor, new.unbilled_plan_minor,
    new.refunded_on, %(refunded_at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(refund_ids)b::bigint[], %(purchase_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[],
    %(offsets_minor)b::bigint[], %(credits_minor)b::bigint[], %(unbilled_plans_minor)b::bigint[], %(refunded_ons)b::date[]
) AS new (customer_id, refund_id, purchase_id, line_id, amount_minor, offset_minor, credit_minor, unbilled_plan_minor, refunded_on)

-- Keep repayments.
INSERT INTO money.repayment (
    customer_id, repayment_id, line_id, amount_minor, allocated_minor, credit_minor, method, kind, repaid_on, repaid_at
)
SELECT
    new.customer_id, new.repayment_id, new.line_id, new.amount_minor, new.allocated_minor, new.credit_minor, new.method, new.kind, new.repaid_on,
    %(repaid_at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(repayment_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[], %(allocated_minor)b::bigint[],
    %(credits_minor)b::bigint[], %(methods)b::text[], %(kinds)b::text[], %(repaid_ons)b::date[]
) AS new (customer_id, repayment_id, line_id, amount_minor, allocated_minor, credit_minor, method, kind, repaid_on)

-- Keep early settlements.
INSERT INTO money.payoff (
    customer_id, repayment_id, line_id, purchase_id, principal_minor, fee_minor, late_fee_minor, dropped_minor, split_id, settled_on, scope, version
)
SELECT
    new.customer_id, new.repayment_id, new.line_id, new.purchase_id, new.principal_minor, new.fee_minor, new.late_fee_minor, new.dropped_minor,
    new.split_id, new.settled_on, new.scope, new.version
FROM unnest(
    %(customer_ids)b::bigint[], %(repayment_ids)b::bigint[], %(line_ids)b::bigint[], %(purchase_ids)b::bigint[], %(principals_minor)b::bigint[],
    %(fees_minor)b::bigint[], %(late_fees_minor)b::bigint[], %(dropped_minor)b::bigint[], %(split_ids)b::bigint[], %(settled_ons)b::date[], %(scopes)b::text[], %(versions)b::text[]
) AS new (
    customer_id, repayment_id, line_id, purchase_id, principal_minor, fee_minor, late_fee_minor, dropped_minor, split_id, settled_on, scope, version
)

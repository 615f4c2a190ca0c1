-- Keep where money went; what only drops an unbilled fee pays nothing and is left out.
INSERT INTO money.allocation (customer_id, source_id, installment_id, principal_minor, fee_minor, late_fee_minor, allocated_on)
SELECT new.customer_id, new.source_id, new.installment_id, new.principal_minor, new.fee_minor, new.late_fee_minor, new.allocated_on
FROM unnest(
    %(customer_ids)b::bigint[], %(source_ids)b::bigint[], %(installment_ids)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[],
    %(late_fees_minor)b::bigint[], %(allocated_ons)b::date[]
) AS new (customer_id, source_id, installment_id, principal_minor, fee_minor, late_fee_minor, allocated_on)
WHERE new.principal_minor + new.fee_minor + new.late_fee_minor > 0

-- Let early settlements have settled what another life of their line lets them; undone_by marks one whose money is no longer enough.
UPDATE money.payoff
SET
    principal_minor = lived.principal_minor, fee_minor = lived.fee_minor, late_fee_minor = lived.late_fee_minor, dropped_minor = lived.dropped_minor,
    undone_by = lived.undone_by
FROM unnest(
    %(numbers)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(late_fees_minor)b::bigint[], %(dropped_minor)b::bigint[],
    %(undone_bys)b::bigint[]
) AS lived (number, principal_minor, fee_minor, late_fee_minor, dropped_minor, undone_by)
WHERE payoff.customer_id = %(customer_id)s::bigint AND payoff.repayment_id = lived.number

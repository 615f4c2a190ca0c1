-- Let rows be what another life of their line makes of them.
UPDATE money.installment
SET
    principal_minor = lived.principal_minor, fee_minor = lived.fee_minor, late_fee_minor = lived.late_fee_minor,
    paid_principal_minor = lived.paid_principal_minor, paid_fee_minor = lived.paid_fee_minor, paid_late_fee_minor = lived.paid_late_fee_minor,
    statement_on = lived.statement_on, due_on = lived.due_on, kind = lived.kind, carried_ppm = lived.carried_ppm, revolving = lived.revolving,
    status = lived.status
FROM unnest(
    %(installment_ids)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(late_fees_minor)b::bigint[],
    %(paid_principals_minor)b::bigint[], %(paid_fees_minor)b::bigint[], %(paid_late_fees_minor)b::bigint[], %(statement_ons)b::date[], %(due_ons)b::date[],
    %(kinds)b::text[]::money.installment_kind[], %(carried_ppm)b::integer[], %(revolving)b::boolean[],
    %(statuses)b::text[]::money.installment_status[]
) AS lived (
    installment_id, principal_minor, fee_minor, late_fee_minor, paid_principal_minor, paid_fee_minor, paid_late_fee_minor, statement_on, due_on, kind,
    carried_ppm, revolving, status
)
WHERE installment.customer_id = %(customer_id)s::bigint AND installment.installment_id = lived.installment_id

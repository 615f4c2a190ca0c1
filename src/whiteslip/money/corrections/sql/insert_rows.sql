-- Write rows that only another life of their line has.
WITH lived AS (
    SELECT *
    FROM unnest(
        %(installment_ids)b::bigint[], %(purchase_ids)b::bigint[], %(numbers)b::smallint[], %(captured_ons)b::date[],
        %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(late_fees_minor)b::bigint[], %(paid_principals_minor)b::bigint[],
        %(paid_fees_minor)b::bigint[], %(paid_late_fees_minor)b::bigint[], %(statement_ons)b::date[], %(due_ons)b::date[],
        %(kinds)b::text[]::money.installment_kind[], %(carried_ppm)b::integer[], %(revolving)b::boolean[],
        %(statuses)b::text[]::money.installment_status[]
    ) AS given (
        installment_id, purchase_id, number, captured_on, principal_minor, fee_minor, late_fee_minor, paid_principal_minor, paid_fee_minor,
        paid_late_fee_minor, statement_on, due_on, kind, carried_ppm, revolving, status
    )
)

INSERT INTO money.installment (
    customer_id, installment_id, line_id, purchase_id, principal_minor, fee_minor, late_fee_minor, paid_principal_minor, paid_fee_minor,
    paid_late_fee_minor, statement_on, due_on, captured_on, carried_ppm, number, kind, status, revolving
)
SELECT
    %(customer_id)s::bigint, installment_id, %(line_id)s::bigint, purchase_id, principal_minor, fee_minor, late_fee_minor, paid_principal_minor,
    paid_fee_minor, paid_late_fee_minor, statement_on, due_on, captured_on, carried_ppm, number, kind, status, revolving
FROM lived

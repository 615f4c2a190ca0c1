-- Pay on the rows of claims; one of which nothing remains is settled.
UPDATE money.installment
SET
    paid_principal_minor = installment.paid_principal_minor + paid.principal_minor,
    paid_fee_minor = installment.paid_fee_minor + paid.fee_minor,
    paid_late_fee_minor = installment.paid_late_fee_minor + paid.late_fee_minor,
    status = CASE
        WHEN installment.paid_principal_minor + paid.principal_minor = installment.principal_minor
            AND installment.paid_fee_minor + paid.fee_minor = installment.fee_minor
            AND installment.paid_late_fee_minor + paid.late_fee_minor = installment.late_fee_minor
            THEN 'settled'::money.installment_status
        ELSE 'charged_off'
    END
FROM unnest(
    %(customer_ids)b::bigint[], %(installment_ids)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(late_fees_minor)b::bigint[]
) AS paid (customer_id, installment_id, principal_minor, fee_minor, late_fee_minor)
WHERE installment.customer_id = paid.customer_id AND installment.installment_id = paid.installment_id AND installment.status = 'charged_off'

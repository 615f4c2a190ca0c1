-- Let open installments owe less late fee; one of which nothing else remains is settled.
UPDATE money.installment
SET
    late_fee_minor = installment.late_fee_minor - waived.amount_minor,
    status = CASE
        WHEN installment.paid_principal_minor = installment.principal_minor
            AND installment.paid_fee_minor = installment.fee_minor
            AND installment.paid_late_fee_minor = installment.late_fee_minor - waived.amount_minor
            THEN 'settled'::money.installment_status
        ELSE 'open'
    END
FROM unnest(%(customer_ids)b::bigint[], %(installment_ids)b::bigint[], %(amounts_minor)b::bigint[]) AS waived (customer_id, installment_id, amount_minor)
WHERE
    installment.customer_id = waived.customer_id
    AND installment.installment_id = waived.installment_id
    AND installment.status = 'open'
    AND installment.late_fee_minor - installment.paid_late_fee_minor >= waived.amount_minor

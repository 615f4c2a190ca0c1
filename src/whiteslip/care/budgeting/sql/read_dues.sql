-- Read what people will have to pay up to a day on their open installments, all of a plan's fee included, earliest first.
SELECT
    installment.customer_id, installment.due_on, installment.line_id, installment.kind::text, installment.number,
    (
        installment.principal_minor - installment.paid_principal_minor + installment.fee_minor - installment.paid_fee_minor
        + installment.late_fee_minor - installment.paid_late_fee_minor
    ) AS amount_minor
FROM money.installment
WHERE
    installment.customer_id = ANY(%(customer_ids)b::bigint[])
    AND installment.status = 'open'
    AND installment.due_on <= %(until)s::date
ORDER BY installment.customer_id, installment.due_on, installment.installment_id

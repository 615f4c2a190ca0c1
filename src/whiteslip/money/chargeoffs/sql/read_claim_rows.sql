-- What is still to be paid of the rows of claims.
SELECT
    installment.customer_id, installment.line_id, installment.installment_id, installment.due_on,
    installment.principal_minor - installment.paid_principal_minor AS principal_minor, installment.fee_minor - installment.paid_fee_minor AS fee_minor,
    installment.late_fee_minor - installment.paid_late_fee_minor AS late_fee_minor, installment.captured_on
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.installment
    ON installment.customer_id = wanted.customer_id AND installment.line_id = wanted.line_id AND installment.status = 'charged_off'

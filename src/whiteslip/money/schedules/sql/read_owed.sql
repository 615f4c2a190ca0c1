-- What is still owed on the open installments of lines, oldest due first, of one due the oldest purchase; a plan's fee is owed once its statement has closed.
SELECT
    installment.customer_id, installment.line_id, installment.installment_id, installment.purchase_id, installment.kind::text, installment.statement_on,
    installment.due_on, installment.principal_minor - installment.paid_principal_minor AS principal_minor,
    money.fee_owed(installment, line.reached) AS fee_minor,
    installment.late_fee_minor - installment.paid_late_fee_minor AS late_fee_minor,
    installment.fee_minor - installment.paid_fee_minor - money.fee_owed(installment, line.reached) AS unbilled_fee_minor,
    installment.captured_on
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(reached)b::date[]) AS line (customer_id, line_id, reached)
INNER JOIN money.installment ON installment.customer_id = line.customer_id AND installment.line_id = line.line_id AND installment.status = 'open'
ORDER BY installment.due_on, installment.captured_on, coalesce(installment.purchase_id, 0), installment.installment_id

-- Every row a line ever owed, as it is now, without those no life has after a correction; key is that of a row a correction made.
SELECT
    installment.installment_id, installment.purchase_id, installment.number::integer, installment.kind::text, installment.statement_on,
    installment.due_on, installment.captured_on, installment.principal_minor, installment.fee_minor, installment.late_fee_minor,
    installment.paid_principal_minor, installment.paid_fee_minor, installment.paid_late_fee_minor, installment.carried_ppm, installment.revolving,
    installment.status::text, coalesce(named.key, '') AS key
FROM money.installment
LEFT JOIN money.corrected_installment AS named
    ON named.customer_id = installment.customer_id AND named.installment_id = installment.installment_id
WHERE
    installment.customer_id = %(customer_id)s::bigint
    AND installment.line_id = %(line_id)s::bigint
    AND named.is_gone IS NOT TRUE
ORDER BY installment.installment_id ASC

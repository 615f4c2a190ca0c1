-- List every installment of a line, settled ones too, as it stands today.
SELECT
    owed.installment_id, owed.purchase_id, owed.number, owed.kind::text AS kind, owed.status::text AS status, owed.revolving, owed.statement_on,
    owed.due_on, owed.principal_minor, owed.fee_minor, owed.late_fee_minor,
    owed.paid_principal_minor + owed.paid_fee_minor + owed.paid_late_fee_minor AS paid_minor
FROM money.installment AS owed
WHERE owed.customer_id = %(customer_id)s AND owed.line_id = %(line_id)s
ORDER BY owed.statement_on, owed.purchase_id, owed.installment_id

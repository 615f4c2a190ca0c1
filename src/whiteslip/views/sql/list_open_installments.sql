-- List the open installments of a line, earliest due first; a plan's fee is owed once its statement has closed.
SELECT
    i.customer_id, i.installment_id, i.purchase_id, i.kind::text AS kind, i.number, i.status::text AS status, i.principal_minor, i.fee_minor,
    i.late_fee_minor, i.paid_principal_minor + i.paid_fee_minor + i.paid_late_fee_minor AS paid_minor,
    money.owed(i, day.current_on) AS owed_minor, i.statement_on, i.due_on, i.revolving
FROM money.installment AS i
CROSS JOIN infra.business_day AS day
WHERE i.customer_id = %(customer_id)s AND i.line_id = %(line_id)s AND i.status = 'open'
ORDER BY i.due_on, i.installment_id

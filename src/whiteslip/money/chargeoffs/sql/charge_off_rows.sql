-- Turn what a line owes into the rows of a claim; fees no statement has billed are dropped, as they are never owed.
UPDATE money.installment
SET status = 'charged_off', fee_minor = installment.paid_fee_minor + money.fee_owed(installment, %(reached)s::date)
WHERE customer_id = %(customer_id)s AND line_id = %(line_id)s AND status = 'open'
RETURNING
    principal_minor - paid_principal_minor AS principal_minor, fee_minor - paid_fee_minor AS fee_minor,
    late_fee_minor - paid_late_fee_minor AS late_fee_minor

-- List a line's repayments.
SELECT
    repayment.repayment_id, repayment.repaid_on, repayment.repaid_at, repayment.method, repayment.amount_minor, repayment.allocated_minor,
    repayment.credit_minor
FROM money.repayment
WHERE repayment.customer_id = %(customer_id)s AND repayment.line_id = %(line_id)s
ORDER BY repayment.repayment_id

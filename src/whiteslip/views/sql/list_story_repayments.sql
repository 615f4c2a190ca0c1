-- List a line's repayments.
SELECT
    repayment.repayment_id, repayment.repaid_on, repayment.repaid_at, repayment.method, repayment.amount_minor, repayment.allocated_minor,
    repayment.credit_minor,
    (
        SELECT correction.corrected_on FROM money.correction
        WHERE
            correction.customer_id = repayment.customer_id
            AND correction.repayment_id = repayment.repayment_id
            AND correction.kind <> 'back_dated'
    ) AS reversed_on
FROM money.repayment
WHERE repayment.customer_id = %(customer_id)s AND repayment.line_id = %(line_id)s
ORDER BY repayment.repayment_id

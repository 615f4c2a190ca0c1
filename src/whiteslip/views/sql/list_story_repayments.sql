-- List a line's repayments.
SELECT repayment_id, repaid_on, repaid_at, method, amount_minor, allocated_minor, credit_minor, reversed_on
FROM money.received
WHERE customer_id = %(customer_id)s AND line_id = %(line_id)s
ORDER BY repayment_id

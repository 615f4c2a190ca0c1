-- List a line's repayments before a cursor, newest first.
SELECT customer_id, repayment_id, line_id, amount_minor, allocated_minor, credit_minor, method, repaid_on, reversed_on
FROM money.received
WHERE customer_id = %(customer_id)s AND line_id = %(line_id)s AND repayment_id < %(before)s
ORDER BY repayment_id DESC
LIMIT %(limit)s

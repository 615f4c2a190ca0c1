-- Find one repayment.
SELECT customer_id, repayment_id, line_id, amount_minor, allocated_minor, credit_minor, method, repaid_on, reversed_on
FROM money.received
WHERE customer_id = %(customer_id)s AND repayment_id = %(repayment_id)s

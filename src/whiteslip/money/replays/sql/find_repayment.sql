-- Find a repayment and the line it is on, and whether it was taken back.
SELECT line_id, amount_minor, method, repaid_on, reversed_on IS NOT NULL AS is_reversed
FROM money.received
WHERE customer_id = %(customer_id)s::bigint AND repayment_id = %(repayment_id)s::bigint

-- Find an installment: the line it is on, and its purchase where it is of one.
SELECT line_id, purchase_id
FROM money.installment
WHERE customer_id = %(customer_id)s::bigint AND installment_id = %(installment_id)s::bigint

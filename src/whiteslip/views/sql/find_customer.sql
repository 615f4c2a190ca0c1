-- Find one customer and the numbers of their lines.
SELECT
    customer.customer_id, customer.reference, customer.display_name, customer.language, customer.joined_on,
    ARRAY(SELECT line.line_id FROM money.line WHERE line.customer_id = customer.customer_id ORDER BY line.line_id) AS line_ids
FROM credit.customer
WHERE customer.customer_id = %(customer_id)s

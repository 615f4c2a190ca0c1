-- Find the product of a line, and today.
SELECT product.name, product.version, day.current_on
FROM money.line
INNER JOIN money.product ON product.product_id = line.product_id
CROSS JOIN infra.business_day AS day
WHERE line.customer_id = %(customer_id)s AND line.line_id = %(line_id)s

-- The people of a simulated world in a book: each with their number in it, their line and since when.
SELECT substring(customer.reference FROM '[0-9]+$')::integer AS number, line.customer_id, line.line_id, line.opened_on
FROM credit.customer
INNER JOIN money.line ON line.customer_id = customer.customer_id
WHERE customer.reference LIKE %(references)s
ORDER BY line.customer_id, line.line_id

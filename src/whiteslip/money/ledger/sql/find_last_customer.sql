-- The highest number of a customer with a line.
SELECT coalesce(max(customer_id), 0) AS customer_id FROM money.line

-- Write the episodes of arrears of a made book.
INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days)
SELECT customer_id, customer_id * 32, due_on, due_on, 0
FROM drawn_debt
WHERE place = 1
ORDER BY customer_id

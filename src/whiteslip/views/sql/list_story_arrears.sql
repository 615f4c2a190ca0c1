-- List a line's episodes of arrears.
SELECT late.since_on, late.oldest_due_on, late.worst_days, late.ended_on
FROM money.arrears AS late
WHERE late.customer_id = %(customer_id)s AND late.line_id = %(line_id)s
ORDER BY late.since_on

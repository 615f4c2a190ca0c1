-- Find the statement a line closed on a date.
SELECT
    customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor, minimum_minor
FROM money.statement
WHERE customer_id = %(customer_id)s AND line_id = %(line_id)s AND statement_on = %(statement_on)s

-- List a line's statements.
SELECT
    bill.statement_on, bill.due_on, bill.previous_minor, bill.charged_minor, bill.credited_minor, bill.balance_minor, bill.minimum_minor
FROM money.statement AS bill
WHERE bill.customer_id = %(customer_id)s AND bill.line_id = %(line_id)s
ORDER BY bill.statement_on

-- End the rows of a claim that is written off.
UPDATE money.installment SET status = 'written_off'
WHERE customer_id = %(customer_id)s AND line_id = %(line_id)s AND status = 'charged_off'

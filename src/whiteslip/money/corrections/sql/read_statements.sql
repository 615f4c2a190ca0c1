-- What statements of a line that are not due yet ask for.
SELECT statement_on, balance_minor, minimum_minor, pay_later_minor, pay_later_minimum_minor
FROM money.statement
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint AND due_on >= %(reached)s::date
ORDER BY statement_on ASC

-- Every line as the book has it on a statement date: its statement, what it owes and how late it is.
-- On that date every pay-later row owes its fees, and a plan row owes its fee once its statement closed.
WITH owed AS (
    SELECT
        installment.customer_id,
        installment.line_id,
        sum(money.owed(installment, %(as_of)s::date)) AS owed_minor
    FROM money.installment AS installment
    WHERE installment.status = 'open'
    GROUP BY installment.customer_id, installment.line_id
)

SELECT
    line.customer_id,
    statement.balance_minor,
    statement.minimum_minor,
    coalesce(owed.owed_minor, 0)::bigint AS outstanding_minor,
    line.credit_minor,
    coalesce(%(as_of)s::date - arrears.oldest_due_on, 0) AS days_past_due
FROM money.line AS line
LEFT JOIN money.statement AS statement
    ON
        line.customer_id = statement.customer_id
        AND line.line_id = statement.line_id
        AND statement.statement_on = %(as_of)s::date
LEFT JOIN money.arrears AS arrears
    ON
        line.customer_id = arrears.customer_id
        AND line.line_id = arrears.line_id
        AND arrears.ended_on IS NULL
LEFT JOIN owed
    ON
        line.customer_id = owed.customer_id
        AND line.line_id = owed.line_id
ORDER BY line.customer_id;

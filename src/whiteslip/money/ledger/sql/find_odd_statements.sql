-- Statements that do not go on from the balance of the one before, or charge less than nothing.
SELECT statement.customer_id, statement.line_id, statement.statement_on, statement.previous_minor, previous.balance_minor, statement.charged_minor
FROM money.statement
LEFT JOIN money.statement AS previous
    ON
        previous.customer_id = statement.customer_id
        AND previous.line_id = statement.line_id
        AND previous.statement_on = (statement.statement_on - interval '1 month')::date
WHERE statement.previous_minor <> coalesce(previous.balance_minor, 0) OR statement.charged_minor < 0
ORDER BY statement.customer_id, statement.line_id, statement.statement_on
LIMIT 100

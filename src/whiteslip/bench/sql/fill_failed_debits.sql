-- Write failed debits of a made book: of every fiftieth due, a tenth of them for technical reasons.
INSERT INTO money.failed_debit (customer_id, debit_id, line_id, amount_minor, due_on, failed_on, failed_at, failure, reference)
SELECT
    statement.customer_id, nextval('money.number'), statement.line_id, statement.minimum_minor, statement.due_on, statement.due_on, statement.due_on,
    CASE WHEN mod(hashint8extended(statement.customer_id, 51) & 2147483647, 10) = 0 THEN 'technical' ELSE 'insufficient_funds' END,
    'debit-' || statement.line_id || '-' || statement.due_on
FROM money.statement
WHERE
    statement.minimum_minor > 0 AND statement.due_on <= %(business_date)s::date
    AND mod(hashint8extended(statement.customer_id, 50) & 2147483647, 50) = 0
ORDER BY statement.due_on, statement.customer_id

-- Write what was paid toward the past statements of a made book: most in full, some days before the due day, one in ten the minimum.
INSERT INTO money.repayment (customer_id, repayment_id, line_id, amount_minor, allocated_minor, credit_minor, method, repaid_on, repaid_at)
SELECT
    paid.customer_id, nextval('money.number'), paid.line_id, paid.amount_minor, paid.amount_minor, 0, 'wallet', paid.repaid_on, paid.repaid_on
FROM (
    SELECT
        statement.customer_id, statement.line_id, statement.due_on - mod(hashint8extended(statement.customer_id, 30) & 2147483647, 20)::integer AS repaid_on,
        CASE
            WHEN mod(hashint8extended(statement.customer_id, 31) & 2147483647, 10) = 0 THEN statement.minimum_minor ELSE statement.balance_minor
        END AS amount_minor
    FROM money.statement
    WHERE statement.minimum_minor > 0 AND statement.due_on < %(business_date)s::date
) AS paid
ORDER BY paid.repaid_on, paid.customer_id

-- The latest statement of each line by the day it has reached, whether it was split, and the rows of it that may be: to be paid later, without a fee of their own.
SELECT
    statement.customer_id, statement.line_id, statement.statement_on, statement.due_on, statement.minimum_minor, statement.pay_later_minor,
    statement.pay_later_minimum_minor,
    split.split_id IS NOT NULL AS is_split,
    ARRAY(
        SELECT installment.installment_id
        FROM money.installment
        WHERE
            installment.customer_id = statement.customer_id
            AND installment.line_id = statement.line_id
            AND installment.statement_on = statement.statement_on
            AND installment.status = 'open'
            AND installment.kind = 'pay_later'
            AND installment.fee_minor + installment.late_fee_minor = 0
    ) AS installment_ids
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(reached)b::date[]) AS line (customer_id, line_id, reached)
CROSS JOIN LATERAL (
    SELECT *
    FROM money.statement AS latest
    WHERE latest.customer_id = line.customer_id AND latest.line_id = line.line_id AND latest.statement_on <= line.reached
    ORDER BY latest.statement_on DESC
    LIMIT 1
) AS statement
LEFT JOIN money.statement_split AS split
    ON split.customer_id = statement.customer_id AND split.line_id = statement.line_id AND split.statement_on = statement.statement_on

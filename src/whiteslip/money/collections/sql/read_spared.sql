-- Read what of the statement of each line that is due on a day is not in its minimum.
SELECT wanted.customer_id, wanted.line_id, wanted.due_on, statement.pay_later_minor - statement.pay_later_minimum_minor AS spared_minor
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(due_ons)b::date[]) AS wanted (customer_id, line_id, due_on)
INNER JOIN LATERAL (
    SELECT max(installment.statement_on) AS statement_on
    FROM money.installment
    WHERE
        installment.customer_id = wanted.customer_id AND installment.line_id = wanted.line_id AND installment.status = 'open'
        AND installment.kind = 'pay_later' AND installment.due_on = wanted.due_on
) AS billed ON TRUE
INNER JOIN money.statement
    ON
        statement.customer_id = wanted.customer_id AND statement.line_id = wanted.line_id
        AND statement.statement_on = billed.statement_on

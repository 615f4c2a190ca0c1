-- Read what of the statements of lines is not in their minimum, by the due dates of a day or later up to each line's: only what is not past due may revolve.
SELECT wanted.customer_id, wanted.line_id, billed.due_on, statement.pay_later_minor - statement.pay_later_minimum_minor AS spared_minor
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(due_ons)b::date[]) AS wanted (customer_id, line_id, due_on)
CROSS JOIN LATERAL (
    SELECT installment.due_on, max(installment.statement_on) AS statement_on
    FROM money.installment
    WHERE
        installment.customer_id = wanted.customer_id AND installment.line_id = wanted.line_id AND installment.status = 'open'
        AND installment.kind = 'pay_later' AND installment.due_on BETWEEN %(on)s::date AND wanted.due_on
    GROUP BY installment.due_on
) AS billed
INNER JOIN money.statement
    ON
        statement.customer_id = wanted.customer_id AND statement.line_id = wanted.line_id
        AND statement.statement_on = billed.statement_on

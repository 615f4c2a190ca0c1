-- Let statements ask for less: a part of what they billed to be paid later was turned into a plan.
UPDATE money.statement
SET minimum_minor = lowered.minimum_minor, pay_later_minor = lowered.pay_later_minor, pay_later_minimum_minor = lowered.pay_later_minimum_minor
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(statement_ons)b::date[], %(minimums_minor)b::bigint[], %(pay_later_minor)b::bigint[],
    %(pay_later_minimums_minor)b::bigint[]
) AS lowered (customer_id, line_id, statement_on, minimum_minor, pay_later_minor, pay_later_minimum_minor)
WHERE
    statement.customer_id = lowered.customer_id
    AND statement.line_id = lowered.line_id
    AND statement.statement_on = lowered.statement_on
    AND statement.minimum_minor >= lowered.minimum_minor

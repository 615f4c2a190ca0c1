-- Let statements that are not due yet ask for what another life of their line lets them, and keep what they asked for.
WITH lived AS (
    SELECT *
    FROM unnest(%(statement_ons)b::date[], %(minimums_minor)b::bigint[], %(pay_later_minor)b::bigint[], %(pay_later_minimums_minor)b::bigint[])
        AS given (statement_on, minimum_minor, pay_later_minor, pay_later_minimum_minor)
),

kept AS (
    INSERT INTO money.corrected_statement (
        customer_id, correction_id, line_id, minimum_before_minor, pay_later_before_minor, pay_later_minimum_before_minor, statement_on
    )
    SELECT
        said.customer_id, %(correction_id)s::bigint, said.line_id, said.minimum_minor, said.pay_later_minor, said.pay_later_minimum_minor,
        said.statement_on
    FROM money.statement AS said
    INNER JOIN lived ON lived.statement_on = said.statement_on
    WHERE said.customer_id = %(customer_id)s::bigint AND said.line_id = %(line_id)s::bigint
)

UPDATE money.statement
SET minimum_minor = lived.minimum_minor, pay_later_minor = lived.pay_later_minor, pay_later_minimum_minor = lived.pay_later_minimum_minor
FROM lived
WHERE
    statement.customer_id = %(customer_id)s::bigint AND statement.line_id = %(line_id)s::bigint AND statement.statement_on = lived.statement_on

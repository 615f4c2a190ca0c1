-- Find which moments somebody is in: a first late day, a limit nearly used, a minimum that could be paid, a first plan, a raise.
SELECT
    EXISTS(
        SELECT 1 FROM money.arrears WHERE arrears.customer_id = person.customer_id AND arrears.ended_on IS NULL
    )
    AND (SELECT count(*) FROM money.arrears WHERE arrears.customer_id = person.customer_id) = 1 AS first_late_day,
    EXISTS(
        SELECT 1
        FROM money.line
        WHERE
            line.customer_id = person.customer_id
            AND line.status = 'open'
            AND line.principal_minor + line.held_minor > 0
            AND (line.principal_minor + line.held_minor) * 1000000
            >= (line.fixed_limit_minor + line.temporary_limit_minor) * %(utilization_ppm)s::bigint
    ) AS utilization_high,
    EXISTS(
        SELECT 1
        FROM money.statement
        WHERE
            statement.customer_id = person.customer_id
            AND statement.due_on >= %(on)s::date
            AND statement.statement_on <= %(on)s::date
            AND statement.minimum_minor BETWEEN 1 AND statement.balance_minor - 1
    ) AS minimum_payment,
    EXISTS(
        SELECT 1
        FROM money.purchase
        WHERE
            purchase.customer_id = person.customer_id
            AND purchase.plan_months > 0
            AND purchase.status IN ('authorized', 'captured')
            AND purchase.authorized_on > %(on)s::date - %(recent_days)s::integer
    ) AS first_plan,
    EXISTS(
        SELECT 1
        FROM money.limit_change AS change
        WHERE
            change.customer_id = person.customer_id
            AND change.fixed_after_minor > change.fixed_before_minor
            AND change.changed_on > %(on)s::date - %(recent_days)s::integer
    ) AS after_raise
FROM (SELECT %(customer_id)s::bigint AS customer_id) AS person

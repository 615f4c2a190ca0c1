-- What every line's owner sees in the app today, as columns sorted by customer: what is billed, late, payable, available, and the newest statement.
-- What is available follows from the restriction level (pure twin: money/lines/use.py).
-- Days are numbers counted from 1 January 2000; a line without a statement has day 0.
WITH due AS (
    SELECT
        installment.customer_id, installment.line_id, installment.kind, installment.due_on < day.current_on AS late,
        installment.statement_on <= day.current_on AS billed,
        money.owed(installment, day.current_on) AS owed_minor
    FROM money.installment
    CROSS JOIN infra.business_day AS day
    WHERE installment.status = 'open'
),

owed AS (
    SELECT
        due.customer_id, due.line_id,
        sum(due.owed_minor) FILTER (WHERE due.billed) AS billed_minor,
        sum(due.owed_minor) FILTER (WHERE due.late) AS overdue_minor,
        sum(due.owed_minor) FILTER (WHERE due.billed OR due.kind <> 'plan') AS payable_minor
    FROM due
    GROUP BY due.customer_id, due.line_id
),

newest AS (
    SELECT DISTINCT ON (statement.customer_id, statement.line_id)
        statement.customer_id, statement.line_id, statement.statement_on, statement.due_on, statement.minimum_minor, statement.credited_total_minor
    FROM money.statement
    CROSS JOIN infra.business_day AS day
    WHERE statement.statement_on > day.current_on - 32
    ORDER BY statement.customer_id ASC, statement.line_id ASC, statement.statement_on DESC
),

wallet AS (
    SELECT
        line.customer_id, line.line_id, line.restriction_level::bigint AS restriction_level, line.credit_minor, line.fixed_limit_minor,
        least(
            line.fixed_limit_minor + line.temporary_limit_minor - line.principal_minor - line.held_minor,
            greatest(0, CASE
                WHEN line.credit_barred OR line.restriction_level >= 4 THEN 0
                WHEN line.restriction_level = 3 THEN line.fixed_limit_minor * %(restricted_share_ppm)s::bigint / 1000000
                ELSE line.fixed_limit_minor + line.temporary_limit_minor
            END - line.principal_minor - line.held_minor)
        ) AS available_minor,
        coalesce(owed.billed_minor, 0)::bigint AS billed_minor,
        coalesce(owed.overdue_minor, 0)::bigint AS overdue_minor,
        coalesce(owed.payable_minor, 0)::bigint AS payable_minor,
        coalesce(newest.statement_on - date '2000-01-01', 0)::bigint AS statement_day,
        coalesce(newest.due_on - date '2000-01-01', 0)::bigint AS due_day,
        greatest(0, coalesce(newest.minimum_minor - (line.credited_total_minor - newest.credited_total_minor), 0))::bigint AS minimum_minor
    FROM money.line
    LEFT JOIN owed ON owed.customer_id = line.customer_id AND owed.line_id = line.line_id
    LEFT JOIN newest ON newest.customer_id = line.customer_id AND newest.line_id = line.line_id
)

SELECT
    array_agg(wallet.customer_id ORDER BY wallet.customer_id) AS customer_id,
    array_agg(wallet.restriction_level ORDER BY wallet.customer_id) AS restriction_level,
    array_agg(wallet.credit_minor ORDER BY wallet.customer_id) AS credit_minor,
    array_agg(wallet.available_minor ORDER BY wallet.customer_id) AS available_minor,
    array_agg(wallet.billed_minor ORDER BY wallet.customer_id) AS billed_minor,
    array_agg(wallet.overdue_minor ORDER BY wallet.customer_id) AS overdue_minor,
    array_agg(wallet.payable_minor ORDER BY wallet.customer_id) AS payable_minor,
    array_agg(wallet.statement_day ORDER BY wallet.customer_id) AS statement_day,
    array_agg(wallet.due_day ORDER BY wallet.customer_id) AS due_day,
    array_agg(wallet.minimum_minor ORDER BY wallet.customer_id) AS minimum_minor
FROM wallet

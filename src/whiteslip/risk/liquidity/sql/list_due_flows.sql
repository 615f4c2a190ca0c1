-- Sum by due date and day what dues came to, what people paid of them, what else settled them, and what of them began to revolve, up to the end of a day.
-- A due that revolves was one of its first date until then. Class 0 is bought and paid later, 1 revolves, 2 is of a plan. Late fees are left out.
WITH debt AS (
    SELECT
        installment.customer_id, installment.installment_id, installment.captured_on, installment.due_on,
        installment.principal_minor + installment.fee_minor AS owed_minor,
        CASE WHEN installment.kind = 'plan' THEN 2 ELSE 0 END AS class,
        installment.revolving AND installment.kind = 'pay_later' AND first.due_on < installment.due_on AS rolled,
        CASE WHEN installment.kind = 'pay_later' THEN least(first.due_on, installment.due_on) ELSE installment.due_on END AS first_due_on
    FROM money.installment
    INNER JOIN money.line ON line.customer_id = installment.customer_id AND line.line_id = installment.line_id
    INNER JOIN money.product ON product.product_id = line.product_id
    CROSS JOIN LATERAL (
        SELECT
            (
                date_trunc('month', installment.captured_on + 1)
                + CASE
                    WHEN extract(DAY FROM installment.captured_on + 1) <= line.statement_day THEN interval '0 months'
                    ELSE interval '1 month'
                END
            )::date + (line.statement_day - 1) + product.due_days AS due_on
    ) AS first
    WHERE
        installment.captured_on <= %(until)s::date
        AND (installment.due_on >= %(due_from)s::date OR installment.status = 'open')
        AND installment.principal_minor + installment.fee_minor > 0
),

paid AS (
    SELECT
        debt.customer_id, debt.installment_id, debt.class, debt.rolled, debt.first_due_on, debt.due_on, allocation.allocated_on AS day,
        allocation.principal_minor + allocation.fee_minor AS settled_minor, repayment.repayment_id IS NOT NULL AS in_cash
    FROM debt
    INNER JOIN money.allocation
        ON allocation.customer_id = debt.customer_id AND allocation.installment_id = debt.installment_id
    LEFT JOIN money.repayment
        ON repayment.customer_id = allocation.customer_id AND repayment.repayment_id = allocation.source_id
    WHERE allocation.allocated_on <= %(until)s::date
),

left_at_first AS (
    SELECT
        debt.first_due_on, debt.due_on, debt.class,
        debt.owed_minor - coalesce((
            SELECT sum(paid.settled_minor) FROM paid
            WHERE
                paid.customer_id = debt.customer_id AND paid.installment_id = debt.installment_id AND paid.day <= debt.first_due_on
        ), 0) AS left_minor
    FROM debt
    WHERE debt.rolled AND debt.first_due_on <= %(until)s::date
),

flow AS (
    SELECT class, first_due_on AS due_on, captured_on AS day, owed_minor AS came, 0 AS paid, 0 AS gone, 0 AS rolled
    FROM debt
    UNION ALL
    SELECT
        CASE WHEN rolled AND day > first_due_on THEN 1 ELSE class END,
        CASE WHEN rolled AND day > first_due_on THEN due_on ELSE first_due_on END,
        day, 0, CASE WHEN in_cash THEN settled_minor ELSE 0 END, CASE WHEN in_cash THEN 0 ELSE settled_minor END, 0
    FROM paid
    UNION ALL
    SELECT class, first_due_on, first_due_on, 0, 0, 0, left_minor FROM left_at_first
    UNION ALL
    SELECT 1, due_on, first_due_on, left_minor, 0, 0, 0 FROM left_at_first
)

SELECT
    array_agg(summed.class) AS classes, array_agg(summed.due_on) AS due_ons, array_agg(summed.day) AS days, array_agg(summed.came) AS came_minor,
    array_agg(summed.paid) AS paid_minor, array_agg(summed.gone) AS gone_minor, array_agg(summed.rolled) AS rolled_minor
FROM (
    SELECT
        class::integer AS class, due_on, day, sum(came)::bigint AS came, sum(paid)::bigint AS paid, sum(gone)::bigint AS gone,
        sum(rolled)::bigint AS rolled
    FROM flow
    GROUP BY 1, 2, 3
) AS summed

-- Batch step. After the due date: what is missing of the minimum payment stays overdue, the rest revolves to the next statement.
-- Idempotent: what has rolled is due on a later date; what stays was parted before its range's progress row, which commits with it.
-- Pure twin: money/arrears/rules.py: roll
WITH owed AS (
    SELECT
        installment.customer_id, installment.line_id, installment.installment_id, installment.statement_on, installment.captured_on, installment.purchase_id,
        installment.principal_minor - installment.paid_principal_minor AS owed_minor
    FROM money.installment
    WHERE
        installment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND installment.status = 'open'
        AND installment.kind = 'pay_later'
        AND installment.due_on = %(business_date)s::date
),

running AS (
    SELECT
        owed.*,
        sum(owed_minor) OVER (PARTITION BY customer_id, line_id, statement_on) AS total_minor,
        sum(owed_minor) OVER (PARTITION BY customer_id, line_id, statement_on ORDER BY captured_on, purchase_id, installment_id) AS running_minor
    FROM owed
),

parted AS (
    SELECT
        running.customer_id, running.line_id, running.installment_id, running.owed_minor,
        greatest(
            0,
            running.owed_minor - greatest(
                0,
                greatest(0, running.total_minor - (statement.pay_later_minor - statement.pay_later_minimum_minor))
                - (running.running_minor - running.owed_minor)
            )
        )::bigint AS rolls_minor,
        next.statement_on, next.statement_on + product.due_days AS due_on
    FROM running
    INNER JOIN money.statement
        ON
            statement.customer_id = running.customer_id
            AND statement.line_id = running.line_id
            AND statement.statement_on = running.statement_on
    INNER JOIN money.line ON line.customer_id = running.customer_id AND line.line_id = running.line_id
    INNER JOIN money.product ON product.product_id = line.product_id
    CROSS JOIN LATERAL (
        SELECT
            (
                date_trunc('month', %(business_date)s::date + 1)
                + CASE
                    WHEN extract(DAY FROM %(business_date)s::date + 1) <= line.statement_day THEN interval '0 months'
                    ELSE interval '1 month'
                END
            )::date + (line.statement_day - 1) AS statement_on
    ) AS next
),

moved AS (
    UPDATE money.installment
    SET statement_on = parted.statement_on, due_on = parted.due_on, revolving = TRUE
    FROM parted
    WHERE
        installment.customer_id = parted.customer_id
        AND installment.installment_id = parted.installment_id
        AND parted.rolls_minor = parted.owed_minor
        AND parted.rolls_minor > 0
),

stayed AS (
    UPDATE money.installment
    SET principal_minor = installment.principal_minor - parted.rolls_minor, revolving = FALSE
    FROM parted
    WHERE
        installment.customer_id = parted.customer_id
        AND installment.installment_id = parted.installment_id
        AND parted.rolls_minor < parted.owed_minor
        AND (parted.rolls_minor > 0 OR installment.revolving)
)

INSERT INTO money.installment (
    customer_id, installment_id, line_id, purchase_id, principal_minor, fee_minor, statement_on, due_on, captured_on, number, kind, revolving
)
SELECT
    installment.customer_id, nextval('money.number'), installment.line_id, installment.purchase_id, parted.rolls_minor, 0, parted.statement_on,
    parted.due_on, installment.captured_on, installment.number, installment.kind, TRUE
FROM parted
INNER JOIN money.installment ON installment.customer_id = parted.customer_id AND installment.installment_id = parted.installment_id
WHERE parted.rolls_minor > 0 AND parted.rolls_minor < parted.owed_minor

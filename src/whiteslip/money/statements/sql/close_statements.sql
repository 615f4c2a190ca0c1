-- Batch step. Close the statements dated the day after the one being closed; what each line owes is looked up by its key.
-- Idempotent: a statement that exists is left as it is.
-- Pure twin: money/statements/rules.py: close
WITH closing AS (
    SELECT
        line.customer_id, line.line_id, line.credit_minor, line.credited_total_minor, product.due_days, product.minimum_ppm,
        %(business_date)s::date + 1 AS statement_on
    FROM money.line
    INNER JOIN money.product ON product.product_id = line.product_id
    WHERE
        line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND line.statement_day = extract(DAY FROM %(business_date)s::date + 1)::smallint
        AND line.opened_on <= %(business_date)s::date
),

figures AS (
    SELECT
        closing.customer_id, closing.line_id, closing.statement_on, closing.due_days, closing.credited_total_minor,
        coalesce(billed.owed_minor, 0) - closing.credit_minor AS balance_minor,
        coalesce(billed.demanded_minor, 0) AS demanded_minor,
        coalesce(billed.pay_later_minor, 0) AS pay_later_minor,
        coalesce(previous.balance_minor, 0) AS previous_minor,
        closing.credited_total_minor - coalesce(previous.credited_total_minor, 0) AS credited_minor,
        share.whole_minor + CASE
            WHEN share.rest > 500000 OR (share.rest = 500000 AND share.whole_minor %% 2 = 1) THEN 1
            ELSE 0
        END AS share_minor
    FROM closing
    CROSS JOIN LATERAL (
        SELECT
            sum(owed.principal_minor + owed.fees_minor) AS owed_minor,
            sum(owed.principal_minor) FILTER (WHERE installment.kind = 'pay_later' AND installment.statement_on = closing.statement_on) AS pay_later_minor,
            sum(
                owed.fees_minor
                + CASE WHEN installment.kind = 'plan' OR installment.due_on < closing.statement_on THEN owed.principal_minor ELSE 0 END
            ) FILTER (WHERE installment.due_on <= closing.statement_on + closing.due_days) AS demanded_minor
        FROM money.installment
        CROSS JOIN LATERAL (
            SELECT
                installment.principal_minor - installment.paid_principal_minor AS principal_minor,
                installment.fee_minor - installment.paid_fee_minor + installment.late_fee_minor - installment.paid_late_fee_minor AS fees_minor
        ) AS owed
        WHERE
            installment.customer_id = closing.customer_id
            AND installment.line_id = closing.line_id
            AND installment.status = 'open'
            AND installment.statement_on <= closing.statement_on
    ) AS billed
    LEFT JOIN money.statement AS previous
        ON
            previous.customer_id = closing.customer_id
            AND previous.line_id = closing.line_id
            AND previous.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND previous.statement_on = (closing.statement_on - interval '1 month')::date
    CROSS JOIN LATERAL (
        SELECT
            (coalesce(billed.pay_later_minor, 0)::bigint * closing.minimum_ppm) / 1000000 AS whole_minor,
            (coalesce(billed.pay_later_minor, 0)::bigint * closing.minimum_ppm) %% 1000000 AS rest
    ) AS share
)

INSERT INTO money.statement (
    customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor, credited_total_minor, minimum_minor,
    pay_later_minor, pay_later_minimum_minor
)
SELECT
    customer_id, line_id, statement_on, statement_on + due_days, previous_minor, balance_minor + credited_minor - previous_minor, credited_minor,
    balance_minor, credited_total_minor, greatest(0, least(balance_minor, share_minor + demanded_minor)), pay_later_minor, share_minor
FROM figures
ON CONFLICT (customer_id, line_id, statement_on) DO NOTHING

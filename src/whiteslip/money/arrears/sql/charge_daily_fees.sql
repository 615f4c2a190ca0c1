-- Batch step. Charge one day's late fee on overdue principal, or the revolving fee on what revolves; whole minor units, the fraction is carried.
-- Idempotent: commits with its range's progress row, so it runs once a range and day.
-- Pure twin: kernel/rate.py: accrue
-- Pure twin: money/arrears/rules.py: is_paused
-- A late fee that stands still is neither charged nor accrued: what the day would have cost is not made up for later.
-- A late fee is owed on its installment. The revolving fees of a line gather in an installment of their own, due with the next statement:
-- so what a statement has not demanded yet is never missed on its due date.
WITH paused AS MATERIALIZED (
    SELECT customer_id, line_id, purchase_id
    FROM money.fee_pause
    WHERE
        customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND starts_on <= %(business_date)s::date + 1
        AND (ends_on IS NULL OR ends_on > %(business_date)s::date + 1)
),

bearing AS MATERIALIZED (
    SELECT
        installment.customer_id, installment.installment_id, product.due_days, line.statement_day,
        installment.due_on + product.grace_days <= %(business_date)s::date AS late,
        (installment.principal_minor - installment.paid_principal_minor)
        * CASE
            WHEN installment.due_on + product.grace_days <= %(business_date)s::date THEN product.late_fee_ppm
            ELSE product.revolving_fee_ppm
        END + installment.carried_ppm AS accrued_ppm
    FROM money.installment
    INNER JOIN money.line ON line.customer_id = installment.customer_id AND line.line_id = installment.line_id
    INNER JOIN money.product ON product.product_id = line.product_id
    WHERE
        installment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND installment.status = 'open'
        AND (installment.due_on <= %(business_date)s::date OR installment.revolving)
        AND (installment.due_on + product.grace_days <= %(business_date)s::date OR installment.revolving)
        AND CASE
            WHEN installment.due_on + product.grace_days <= %(business_date)s::date THEN product.late_fee_ppm
            ELSE product.revolving_fee_ppm
        END > 0
        AND installment.principal_minor > installment.paid_principal_minor
        AND NOT (
            installment.due_on + product.grace_days <= %(business_date)s::date
            AND (
                (installment.customer_id, installment.line_id) IN (SELECT customer_id, line_id FROM paused WHERE purchase_id IS NULL)
                OR coalesce(
                    (installment.customer_id, installment.purchase_id) IN (SELECT customer_id, purchase_id FROM paused WHERE purchase_id IS NOT NULL), FALSE
                )
            )
        )
),

charged AS (
    UPDATE money.installment
    SET
        late_fee_minor = installment.late_fee_minor + CASE WHEN bearing.late THEN bearing.accrued_ppm / 1000000 ELSE 0 END,
        carried_ppm = bearing.accrued_ppm %% 1000000
    FROM bearing
    WHERE installment.customer_id = bearing.customer_id AND installment.installment_id = bearing.installment_id
    RETURNING
        installment.customer_id, installment.line_id, installment.installment_id, bearing.late, bearing.accrued_ppm / 1000000 AS charge_minor,
        bearing.due_days, bearing.statement_day
),

revolved AS (
    SELECT
        charged.customer_id, charged.line_id, charged.due_days,
        (
            date_trunc('month', %(business_date)s::date + 1)
            + CASE
                WHEN extract(DAY FROM %(business_date)s::date + 1) <= charged.statement_day THEN interval '0 months'
                ELSE interval '1 month'
            END
        )::date + (charged.statement_day - 1) AS statement_on,
        sum(charged.charge_minor)::bigint AS charge_minor
    FROM charged
    WHERE NOT charged.late AND charged.charge_minor > 0
    GROUP BY charged.customer_id, charged.line_id, charged.due_days, charged.statement_day
),

gathered AS (
    SELECT revolved.*, installment.installment_id
    FROM revolved
    LEFT JOIN money.installment
        ON
            installment.customer_id = revolved.customer_id
            AND installment.line_id = revolved.line_id
            AND installment.kind = 'revolving_fee'
            AND installment.status = 'open'
            AND installment.statement_on = revolved.statement_on
),

grown AS (
    UPDATE money.installment SET fee_minor = installment.fee_minor + gathered.charge_minor
    FROM gathered
    WHERE installment.customer_id = gathered.customer_id AND installment.installment_id = gathered.installment_id
    RETURNING installment.customer_id, installment.line_id, installment.installment_id, gathered.charge_minor
),

made AS (
    INSERT INTO money.installment (
        customer_id, installment_id, line_id, principal_minor, fee_minor, statement_on, due_on, captured_on, number, kind
    )
    SELECT
        customer_id, nextval('money.number'), line_id, 0, charge_minor, statement_on, statement_on + due_days, %(business_date)s::date + 1, 1,
        'revolving_fee'
    FROM gathered
    WHERE installment_id IS NULL
    RETURNING customer_id, line_id, installment_id, fee_minor AS charge_minor
)

INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    customer_id, line_id, installment_id, charge_minor, %(posted_at)s::timestamptz, %(business_date)s::date + 1,
    'late_fee'::money.movement_kind, 'receivable_late_fee'::money.account, 'late_fee_income'::money.account
FROM charged
WHERE late AND charge_minor > 0
UNION ALL
SELECT
    customer_id, line_id, installment_id, charge_minor, %(posted_at)s::timestamptz, %(business_date)s::date + 1,
    'revolving_fee', 'receivable_fee', 'revolving_fee_income'
FROM (
    SELECT * FROM grown
    UNION ALL
    SELECT * FROM made
) AS fee

-- Batch step. Charge one day's late fee on overdue principal, or the revolving fee on what revolves; whole minor units, the fraction is carried.
-- Idempotent: commits with its range's progress row, so it runs once a range and day.
-- Pure twin: kernel/rate.py: accrue
WITH bearing AS (
    SELECT
        installment.customer_id, installment.installment_id,
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
),

charged AS (
    UPDATE money.installment
    SET
        late_fee_minor = installment.late_fee_minor + CASE WHEN bearing.late THEN bearing.accrued_ppm / 1000000 ELSE 0 END,
        fee_minor = installment.fee_minor + CASE WHEN bearing.late THEN 0 ELSE bearing.accrued_ppm / 1000000 END,
        carried_ppm = bearing.accrued_ppm %% 1000000
    FROM bearing
    WHERE installment.customer_id = bearing.customer_id AND installment.installment_id = bearing.installment_id
    RETURNING installment.customer_id, installment.line_id, installment.installment_id, bearing.late, bearing.accrued_ppm / 1000000 AS charge_minor
)

INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    customer_id, line_id, installment_id, charge_minor, %(posted_at)s::timestamptz, %(business_date)s::date + 1,
    CASE WHEN late THEN 'late_fee' ELSE 'revolving_fee' END::money.movement_kind,
    CASE WHEN late THEN 'receivable_late_fee' ELSE 'receivable_fee' END::money.account,
    CASE WHEN late THEN 'late_fee_income' ELSE 'revolving_fee_income' END::money.account
FROM charged
WHERE charge_minor > 0

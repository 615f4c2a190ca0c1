-- Lines whose live balances, or the installments they owe, are not what the ledger says.
WITH touched AS (
    SELECT DISTINCT customer_id, line_id FROM money.movement
)

SELECT
    line.customer_id, line.line_id, line.principal_minor, ledger.principal_minor AS ledger_principal_minor, debts.principal_minor AS debts_principal_minor,
    ledger.fees_minor AS ledger_fees_minor, debts.fees_minor AS debts_fees_minor, line.held_minor, ledger.held_minor AS ledger_held_minor,
    line.credit_minor, ledger.credit_minor AS ledger_credit_minor
FROM touched
INNER JOIN money.line ON line.customer_id = touched.customer_id AND line.line_id = touched.line_id
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(
            CASE movement.debit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END
            - CASE movement.credit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END
        ), 0) AS principal_minor,
        coalesce(sum(
            CASE WHEN movement.debit IN ('receivable_fee', 'receivable_late_fee') THEN movement.amount_minor ELSE 0 END
            - CASE WHEN movement.credit IN ('receivable_fee', 'receivable_late_fee') THEN movement.amount_minor ELSE 0 END
        ), 0) AS fees_minor,
        coalesce(sum(
            CASE movement.debit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END
            - CASE movement.credit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END
        ), 0) AS held_minor,
        coalesce(sum(
            CASE movement.credit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END
            - CASE movement.debit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END
        ), 0) AS credit_minor
    FROM money.movement
    WHERE movement.customer_id = touched.customer_id AND movement.line_id = touched.line_id
) AS ledger
CROSS JOIN infra.business_day AS day
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN day.closed_on = day.current_on - 1 THEN day.current_on
            WHEN EXISTS (
                SELECT FROM infra.day_range
                WHERE day_range.business_date = day.current_on - 1 AND day_range.range_no = touched.customer_id / day.range_size
            ) THEN day.current_on
            ELSE day.current_on - 1
        END AS reached_on
) AS reached
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(installment.principal_minor - installment.paid_principal_minor), 0) AS principal_minor,
        coalesce(
            sum(installment.late_fee_minor - installment.paid_late_fee_minor + money.fee_owed(installment, reached.reached_on)), 0
        ) AS fees_minor
    FROM money.installment
    WHERE installment.customer_id = touched.customer_id AND installment.line_id = touched.line_id AND installment.status = 'open'
) AS debts
WHERE
    line.principal_minor <> ledger.principal_minor
    OR line.principal_minor <> debts.principal_minor
    OR line.held_minor <> ledger.held_minor
    OR line.credit_minor <> ledger.credit_minor
    OR ledger.fees_minor <> debts.fees_minor
ORDER BY line.customer_id, line.line_id
LIMIT 100
